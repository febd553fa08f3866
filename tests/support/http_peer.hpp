#pragma once

#include <map>
#include <optional>
#include <string>

#include "sockets.hpp"

namespace tonearm::testing {

/// One HTTP/1.1 message as it stood on the wire.
struct HttpMessage {
  std::int64_t at_ns = 0;  ///< When it had been read whole (CLOCK_REALTIME).
  std::string start_line;
  std::map<std::string, std::string> headers;  // by lower-case name
  std::string body;

  [[nodiscard]] int status() const;        ///< Of a response.
  [[nodiscard]] std::string path() const;  ///< Of a request: with its query.
  [[nodiscard]] std::string header(const std::string& name) const;
};

/// Takes the first message off `bytes`, once it is whole.
std::optional<HttpMessage> take_message(std::string& bytes, bool expect_body = true);

/// Reads and writes messages on one connection, without any HTTP library: what is tested is the server's wire
/// form. Only `Content-Length` bodies: chunked ones fail the test that meets them.
class HttpConnection {
 public:
  explicit HttpConnection(Socket socket) : socket_(std::move(socket)) {}

  /// Nothing on end of stream or after `timeout`.
  std::optional<HttpMessage> read(std::chrono::milliseconds timeout = 10s, bool expect_body = true);
  void write(std::string_view bytes) { socket_.send_all(bytes); }
  [[nodiscard]] const Socket& socket() const { return socket_; }

 private:
  bool fill(std::chrono::steady_clock::time_point deadline);

  Socket socket_;
  std::string buffer_;
};

}  // namespace tonearm::testing
