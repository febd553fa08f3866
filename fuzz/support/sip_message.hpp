#pragma once

#include <string_view>

#include "sip/decode.hpp"
#include "sip/session.hpp"
#include "support/target.hpp"

// Bytes as libre and our decoding see them, and what must be true of everything that we send. For targets.

namespace tonearm::fuzz {

/// A message that libre could parse. `raw` points into `buffer`.
struct RawMessage {
  sip::Ref<mbuf> buffer;
  sip::Ref<sip_msg> raw;
};
/// `raw` is null if libre refuses it.
[[nodiscard]] RawMessage parse_sip(Bytes bytes);

/// Complete lines, none of them empty: nothing in them begins a header of its own or the body.
[[nodiscard]] bool are_header_lines(std::string_view text);
/// Holds for all that a session wants sent, whatever it was told.
void check_sent(const sip::SessionActions& actions);
/// A dialog is written for a restart and read again.
void check_row(const sip::Dialog& dialog);

}  // namespace tonearm::fuzz
