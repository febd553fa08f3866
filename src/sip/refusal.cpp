#include "sip/refusal.hpp"

#include <fmt/format.h>

#include "sip/errc.hpp"

namespace tonearm::sip {

std::string warning(std::string_view text, int code) {
  std::string quoted;
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c < 0x20 || c == 0x7f ? ' ' : static_cast<char>(c));
  }
  return fmt::format("Warning: {} tonearm \"{}\"\r\n", code, quoted);
}

Refusal refuse(int status, std::string_view text) {
  return {status, warning(text)};
}

Refusal refusal_of(const base::Error& sdp_error) {
  if (sdp_error.code == SipErrc::sdp_too_large) return refuse(513, sdp_error.message());
  if (sdp_error.code == SipErrc::malformed_sdp) return refuse(400, sdp_error.message());
  return {488, warning(sdp_error.message(), 305)};  // "incompatible media format"
}

}  // namespace tonearm::sip
