#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "http/service.hpp"
#include "net/runtime.hpp"
#include "net/tls.hpp"

namespace tonearm::http {

/// `[http]` of the configuration.
struct ServerLimits {
  std::size_t body_max = 1024 * 1024;             ///< 413 beyond it [bytes]
  std::size_t header_max = 32 * 1024;             ///< 431 beyond it [bytes]
  std::chrono::milliseconds timeout{30'000};      ///< To read a request, from its first byte: 408.
  std::size_t connections_max = 10'000;           ///< 503 beyond it; one address gets nine tenths.
  std::chrono::milliseconds idle{75'000};         ///< A connection that asks nothing is closed.
  std::chrono::milliseconds write{1'000};         ///< A response that is not taken in that time: closed.
  std::chrono::milliseconds write_chunk{10'000};  ///< The same for each 64 KiB of a file.
};

/// Listeners for HTTP/1.1, plain and TLS, in front of one service. A connection stays on one thread of the
/// runtime, its requests are answered one after the other (so pipelining keeps order). Time limits are
/// watched by one sweep per thread, not by timers per request.
///
/// Lifecycle: `listen` … → `stop`. The runtime must be stopped before this and the service are destroyed.
/// Threading: `listen` and `stop` from one thread.
class Server {
 public:
  Server(net::Runtime& runtime, Service& service, ServerLimits limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and accepts; `tls` null means plain. Returns what was bound (port 0 resolved).
  /// Errors: the system's, with the address.
  base::Result<base::Endpoint> listen(const base::Endpoint& endpoint,
                                      std::shared_ptr<net::ServerTls> tls = nullptr);

  [[nodiscard]] std::size_t connections() const;

  /// Closes listeners and idle connections; requests under way are answered, then their connections close.
  /// Idempotent.
  void stop();

  struct State;  ///< Shared with the connections.

 private:
  std::shared_ptr<State> state_;
};

}  // namespace tonearm::http
