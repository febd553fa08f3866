#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/address_policy.hpp"
#include "net/tls.hpp"

namespace tonearm::net {

class Runtime;
class Resolver;

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};
  std::vector<HttpHeader> headers = {};  ///< Host, Content-Length and User-Agent are added.
  std::string body = {};
  std::chrono::milliseconds timeout{
      10'000};                           ///< For everything: lookup, connect, TLS, redirects, whole body.
  std::size_t response_max = 64 * 1024;  ///< Longest body accepted [bytes].
  /// The answer is there with its head: a body is read for a moment, to keep the connection, and dropped.
  bool head_only = false;
  unsigned redirects_max = 0;  ///< 301, 302, 307, 308 followed, method and body kept.
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body = {};

  /// First value of that name in any case, or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Called once, on one of the runtime's threads; never if the runtime stops first.
using HttpHandler = std::move_only_function<void(base::Result<HttpResponse>)>;

/// Takes a request back. Copies name the same request. Threading: thread-safe.
class HttpTicket {
 public:
  /// The handler gets `cancelled`, unless its answer is on the way already. Idempotent.
  void cancel() const;

 private:
  friend class HttpClient;
  explicit HttpTicket(std::function<void()> cancel) : cancel_(std::move(cancel)) {}
  std::function<void()> cancel_;
};

struct HttpClientOptions {
  AddressPolicy policy;
  std::shared_ptr<TlsContext> tls;  ///< From `make_client_tls`; without it https fails.
  std::string user_agent = "Tonearm/" TONEARM_VERSION;
  std::chrono::milliseconds connect_timeout{3000};
  unsigned idle_per_origin = 16;               ///< Connections kept open for reuse.
  std::chrono::milliseconds idle_for{30'000};  ///< … at most that long.
};

/// HTTP/1.1 client: keep-alive pool per scheme, host and port; every target is checked by the address policy.
///
/// All requests to one origin run on one thread of the runtime, so the pools need no lock. It does not limit
/// how many requests are in flight: that is the caller's part. A request on a reused connection that the peer
/// closes before answering is sent once more on a fresh one. Threading: thread-safe. Must not outlive the
/// runtime and the resolver.
class HttpClient {
 public:
  HttpClient(Runtime& runtime, Resolver& resolver, HttpClientOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Errors, through the handler: all of `NetErrc` but `certificate_unusable`.
  HttpTicket send(HttpRequest request, HttpHandler handler);

  /// For connections made from now on.
  void set_policy(AddressPolicy policy);

 private:
  struct Core;
  struct Exchange;
  struct Finish;
  class Shelf;

  std::shared_ptr<Core> core_;
  std::vector<std::shared_ptr<Shelf>> shelves_;  // by thread
};

}  // namespace tonearm::net
