#pragma once

#include <cstdint>
#include <string>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.hpp"

// A phone made of nothing but a socket: sends what a test writes, shows what comes. For tests only.

namespace tonearm::sip::testing {

class Peer {
 public:
  /// Bound to `port` of `address`, 0: a free one; a TCP peer connects to `server` at once.
  Peer(const std::string& address, int type, const base::Endpoint& server, std::uint16_t port = 0)
      : stream_(type == SOCK_STREAM) {
    (void)server.to_sockaddr(server_, server_length_);
    sockaddr_storage own{};
    socklen_t length = 0;
    (void)base::Endpoint{address, port}.to_sockaddr(own, length);
    socket_ = ::socket(own.ss_family, type, 0);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&own), length);
    if (stream_) (void)::connect(socket_, reinterpret_cast<sockaddr*>(&server_), server_length_);
    sockaddr_storage bound{};
    length = sizeof bound;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &length);
    local_ = base::Endpoint::from_sockaddr(reinterpret_cast<sockaddr*>(&bound));
  }
  ~Peer() { ::close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(const std::string& text) const {
    const auto* to = reinterpret_cast<const sockaddr*>(&server_);
    (void)::sendto(socket_, text.data(), text.size(), 0, stream_ ? nullptr : to,
                   stream_ ? 0 : server_length_);
  }

  /// The next message, or "" if none comes in time.
  std::string receive(int milliseconds = 20000) {
    while (true) {
      if (stream_) {
        if (std::string whole = take_message(); !whole.empty()) return whole;
      }
      pollfd ready{socket_, POLLIN, 0};
      if (::poll(&ready, 1, milliseconds) != 1) return {};
      char buffer[65536];
      const auto length = ::recv(socket_, buffer, sizeof buffer, 0);
      if (length <= 0) return {};
      if (!stream_) return std::string(buffer, static_cast<std::size_t>(length));
      stream_bytes_.append(buffer, static_cast<std::size_t>(length));
    }
  }

  /// The next message whose first line contains `start`; others before it are dropped.
  std::string expect(const std::string& start, int milliseconds = 20000) {
    for (std::string text = receive(milliseconds); !text.empty(); text = receive(milliseconds)) {
      if (text.substr(0, text.find('\r')).find(start) != std::string::npos) return text;
    }
    return {};
  }

  [[nodiscard]] const base::Endpoint& local() const { return local_; }

 private:
  std::string take_message() {
    const auto head = stream_bytes_.find("\r\n\r\n");
    if (head == std::string::npos) return {};
    const auto field = stream_bytes_.find("Content-Length: ");
    const std::size_t body = field < head ? std::stoul(stream_bytes_.substr(field + 16)) : 0;
    if (stream_bytes_.size() < head + 4 + body) return {};
    std::string message = stream_bytes_.substr(0, head + 4 + body);
    stream_bytes_.erase(0, message.size());
    return message;
  }

  const bool stream_;
  int socket_ = -1;
  sockaddr_storage server_{};
  socklen_t server_length_ = 0;
  base::Endpoint local_;
  std::string stream_bytes_;
};

/// Value of a header in a message, "" if it is absent.
inline std::string header(const std::string& message, const std::string& name) {
  const auto at = message.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto start = at + name.size() + 4;
  return message.substr(start, message.find("\r\n", start) - start);
}

inline std::string body(const std::string& message) {
  const auto at = message.find("\r\n\r\n");
  return at == std::string::npos ? std::string() : message.substr(at + 4);
}

}  // namespace tonearm::sip::testing
