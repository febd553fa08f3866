#pragma once

#include <string>

#include "sip/trace.hpp"

namespace tonearm::app {

/// A SIP message as a capture file shows it. Threading: a value.
struct ShownMessage {
  std::string text;     ///< Its body is as long as it was.
  std::string remarks;  ///< What was done to it, for whoever wonders at it; empty: nothing.
};

/// Numbers and keys masked unless `show_numbers`, and written so that tshark calls nothing of it malformed.
/// Pure.
[[nodiscard]] ShownMessage show(const sip::TracedMessage& message, bool show_numbers);

}  // namespace tonearm::app
