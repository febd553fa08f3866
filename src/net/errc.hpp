#pragma once

#include <system_error>

namespace tonearm::net {

/// Why the network layer refused or failed.
enum class NetErrc {
  invalid_url = 1,       ///< No absolute http or https URL.
  address_refused,       ///< The address policy forbids the target.
  name_not_found,        ///< The host name has no address.
  connect_failed,        ///< No address of the host accepted the connection.
  timed_out,             ///< The time allowed is over.
  tls_failed,            ///< Handshake failed or the certificate is not the host's.
  connection_closed,     ///< The peer closed before the first byte of its answer.
  answer_incomplete,     ///< The connection ended within the answer.
  bad_response,          ///< Not HTTP.
  response_too_large,    ///< The body exceeds the caller's bound.
  too_many_redirects,    ///< More hops than the caller allowed.
  cancelled,             ///< The caller took the request back.
  overloaded,            ///< Too many name lookups wait already.
  certificate_unusable,  ///< A certificate or key cannot be read, written or used.
};

const std::error_category& net_category();
std::error_code make_error_code(NetErrc errc);

}  // namespace tonearm::net

template <>
struct std::is_error_code_enum<tonearm::net::NetErrc> : std::true_type {};
