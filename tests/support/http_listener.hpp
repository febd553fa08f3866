#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "http_peer.hpp"

namespace tonearm::testing {

/// A loopback port that takes HTTP requests, each connection on a thread of its own. Its owner declares it
/// last, so that its threads end before what they use. Threading: everything public is thread-safe.
class HttpListener {
 public:
  /// One request; false ends the connection. What it throws as std::runtime_error does so too.
  using Handler = std::function<bool(const HttpMessage& request, HttpConnection& connection,
                                     const std::stop_token& stop)>;

  explicit HttpListener(Handler handler);
  ~HttpListener();

  [[nodiscard]] std::string url(const std::string& path) const;
  [[nodiscard]] std::uint16_t port() const { return socket_.local().port; }
  /// No connection is taken any more, and handlers see their `stop`.
  void request_stop();

 private:
  void accept(const std::stop_token& stop);
  void converse(const std::stop_token& stop, Socket socket) const;

  const Handler handler_;
  Socket socket_;
  std::vector<std::jthread> connections_;
  std::jthread accepter_;
};

}  // namespace tonearm::testing
