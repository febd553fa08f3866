#include "sip/errc.hpp"

#include <string>

namespace tonearm::sip {
namespace {

class SipCategory : public std::error_category {
 public:
  const char* name() const noexcept override { return "sip"; }
  std::string message(int value) const override {
    switch (static_cast<SipErrc>(value)) {
      case SipErrc::malformed_sdp:
        return "the session description is malformed";
      case SipErrc::sdp_too_large:
        return "the session description is too large";
      case SipErrc::no_common_audio:
        return "no audio stream and codec in common";
      case SipErrc::malformed_uri:
        return "the URI is malformed";
      case SipErrc::malformed_message:
        return "the message is malformed";
      case SipErrc::malformed_dialog_row:
        return "the stored dialog cannot be read";
      case SipErrc::cannot_bind:
        return "the address cannot be listened on";
      case SipErrc::unsupported_transport:
        return "no listener speaks this transport";
      case SipErrc::library_failure:
        return "the SIP library refused";
    }
    return "unknown";
  }
};

}  // namespace

const std::error_category& sip_category() {
  static const SipCategory category;
  return category;
}

std::error_code make_error_code(SipErrc code) {
  return {static_cast<int>(code), sip_category()};
}

}  // namespace tonearm::sip
