#include "net/errc.hpp"

#include <string>

namespace tonearm::net {
namespace {

const char* text(NetErrc errc) {
  switch (errc) {
    case NetErrc::invalid_url:
      return "no absolute http or https URL";
    case NetErrc::address_refused:
      return "the target address is not allowed";
    case NetErrc::name_not_found:
      return "the host name has no address";
    case NetErrc::connect_failed:
      return "could not connect";
    case NetErrc::timed_out:
      return "timed out";
    case NetErrc::tls_failed:
      return "TLS failed";
    case NetErrc::connection_closed:
      return "the peer closed the connection";
    case NetErrc::answer_incomplete:
      return "the peer ended the connection within its answer";
    case NetErrc::bad_response:
      return "the answer is not valid HTTP";
    case NetErrc::response_too_large:
      return "the answer is too large";
    case NetErrc::too_many_redirects:
      return "too many redirects";
    case NetErrc::cancelled:
      return "cancelled";
    case NetErrc::overloaded:
      return "too many name lookups are waiting";
    case NetErrc::certificate_unusable:
      return "certificate or key unusable";
  }
  return "unknown network error";
}

struct Category : std::error_category {
  const char* name() const noexcept override { return "net"; }
  std::string message(int value) const override { return text(static_cast<NetErrc>(value)); }
};

}  // namespace

const std::error_category& net_category() {
  static const Category category;
  return category;
}

std::error_code make_error_code(NetErrc errc) {
  return {static_cast<int>(errc), net_category()};
}

}  // namespace tonearm::net
