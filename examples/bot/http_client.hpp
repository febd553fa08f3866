#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace bot {

struct HttpRequest {
  std::string method = "POST";
  std::string target{};
  std::string body{};
  std::string content_type = "application/json";
  std::string authorization{};  ///< Whole header value; empty = none.
};

struct HttpResponse {
  unsigned status = 0;
  std::string body;
  std::int64_t sent_ns = 0;      ///< Just before the request was written (CLOCK_MONOTONIC).
  std::int64_t answered_ns = 0;  ///< When the whole answer had been read.
};

/// One kept-alive plain HTTP/1.1 connection, made when first needed and again when the server has closed it.
/// One request at a time. Throws `boost::system::system_error`. Threading: one thread.
class HttpClient {
 public:
  /// `http://host[:port]`; anything behind that is ignored.
  explicit HttpClient(const std::string& base);
  HttpClient(HttpClient&& other) noexcept;
  ~HttpClient();

  boost::asio::awaitable<HttpResponse> send(HttpRequest request);

 private:
  struct Connection;

  boost::asio::awaitable<void> connect();
  /// Nothing if the kept connection turned out to be closed: the request was not read.
  template <class Message>
  boost::asio::awaitable<std::optional<HttpResponse>> exchange(const Message& message);

  std::string host_;
  std::string port_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace bot
