#pragma once

#include <system_error>

namespace tonearm::sip {

/// What can fail at the edge of `sip/`. One sentence per value in errc.cpp.
enum class SipErrc {
  malformed_sdp = 1,
  sdp_too_large,
  no_common_audio,
  malformed_uri,
  malformed_message,
  malformed_dialog_row,
  cannot_bind,
  unsupported_transport,
  library_failure,
};

const std::error_category& sip_category();
std::error_code make_error_code(SipErrc code);

}  // namespace tonearm::sip

template <>
struct std::is_error_code_enum<tonearm::sip::SipErrc> : std::true_type {};
