#pragma once

#include <string>
#include <vector>

#include "call/ids.hpp"
#include "media/packet_trace.hpp"
#include "sip/trace.hpp"

namespace tonearm::app {

/// What the server still knows of a call. Threading: a value.
struct CallTrace {
  call::CallId call;
  std::vector<sip::TracedMessage> messages;  ///< In order; numbers still in them.
  std::vector<media::SessionPackets> sessions;

  [[nodiscard]] bool empty() const;
};

/// As a capture file (docs/trace.md): all packets in order of time, SIP whole or with its end missing, RTP
/// without payload. Numbers and keys are masked unless `show_numbers`. Pure.
[[nodiscard]] std::string write_call_trace(const CallTrace& trace, bool show_numbers);

}  // namespace tonearm::app
