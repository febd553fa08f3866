#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"

namespace tonearm::net::detail {

/// One open connection of the HTTP client. Threading: bound to the context that opened it.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Sends `request` (its headers complete) to `url` and reads the whole answer, until `deadline` at most.
  /// Errors: `connection_closed` (nothing was answered), `answer_incomplete`, `bad_response`,
  /// `response_too_large`, `timed_out`, `cancelled`. After any error the connection is of no use.
  virtual boost::asio::awaitable<base::Result<HttpResponse>> exchange(const Url& url,
                                                                      const HttpRequest& request,
                                                                      base::TimePoint deadline) = 0;
  /// May the next request use it: the last answer allowed it and the peer has not closed meanwhile.
  [[nodiscard]] virtual bool reusable() = 0;
};

/// Opens a connection to exactly `address`; https includes the handshake, which verifies `url.host`.
/// Errors: `connect_failed`, `tls_failed`, `timed_out`, `cancelled`.
[[nodiscard]] boost::asio::awaitable<base::Result<std::unique_ptr<Connection>>> open_connection(
    const Url& url, const boost::asio::ip::address& address, TlsContext* tls, base::TimePoint deadline);

}  // namespace tonearm::net::detail
