#pragma once

#include <string>

#include "sip/test_peer.hpp"

// A callee made of nothing but a socket. For tests only.

namespace tonearm::sip::testing {

struct Response {
  std::string tag = "callee";
  std::uint16_t rtp_port = 0;  ///< 0: no description.
  std::string extra = {};      ///< Complete lines.
};

/// Sends what a test says in response to what comes. Over TCP it listens, and takes one connection.
class Callee {
 public:
  static constexpr std::uint16_t kRtpPort = 4000;

  explicit Callee(const base::Endpoint& server, int type = SOCK_DGRAM)
      : type_(type), peer_("127.0.0.1", SOCK_DGRAM, server) {
    if (type_ == SOCK_STREAM) listen_at(peer_.local());
  }
  ~Callee() {
    if (listening_ >= 0) ::close(listening_);
    if (connection_ >= 0) ::close(connection_);
  }
  Callee(const Callee&) = delete;
  Callee& operator=(const Callee&) = delete;

  [[nodiscard]] std::string address() const { return peer_.local().to_string(); }

  [[nodiscard]] std::uint16_t port() const { return peer_.local().port; }

  std::string receive(int milliseconds = 5000) {
    return type_ == SOCK_STREAM ? receive_stream(milliseconds) : peer_.receive(milliseconds);
  }
  /// The next message whose first line contains `start`; others before it are dropped.
  std::string expect(const std::string& start, int milliseconds = 5000) {
    for (std::string text = receive(milliseconds); !text.empty(); text = receive(milliseconds)) {
      if (text.substr(0, text.find('\r')).find(start) != std::string::npos) return text;
    }
    return {};
  }

  void respond(const std::string& request, int status, const Response& response = {}) {
    std::string to = header(request, "To");
    if (to.find(";tag=") == std::string::npos) to += ";tag=" + response.tag;
    const std::string description = response.rtp_port == 0 ? "" : sdp(response.rtp_port);
    send(fmt::format(
        "SIP/2.0 {} Because\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {}\r\n"
        "{}{}{}Content-Length: {}\r\n\r\n{}",
        status, header(request, "Via"), header(request, "From"), to, header(request, "Call-ID"),
        header(request, "CSeq"), status < 300 ? fmt::format("Contact: <sip:{}>\r\n", contact()) : "",
        response.extra, description.empty() ? "" : "Content-Type: application/sdp\r\n", description.size(),
        description));
  }
  void answer(const std::string& invite) { respond(invite, 200, {.rtp_port = kRtpPort}); }

  /// A request within the dialog that `invite` and an answer with the usual tag have made.
  void request(const std::string& invite, const std::string& method, int cseq) {
    const std::string contact_of_caller = header(invite, "Contact");
    send(
        fmt::format("{} {} SIP/2.0\r\nVia: SIP/2.0/{} {};branch=z9hG4bKcallee{}{}\r\nMax-Forwards: "
                    "70\r\nFrom: {};tag=callee\r\n"
                    "To: {}\r\nCall-ID: {}\r\nCSeq: {} {}\r\nContent-Length: 0\r\n\r\n",
                    method, contact_of_caller.substr(1, contact_of_caller.size() - 2),
                    type_ == SOCK_STREAM ? "TCP" : "UDP", address(), method, cseq, header(invite, "To"),
                    header(invite, "From"), header(invite, "Call-ID"), cseq, method));
  }

 private:
  [[nodiscard]] std::string contact() const {
    return "callee@" + address() + (type_ == SOCK_STREAM ? ";transport=tcp" : "");
  }
  static std::string sdp(std::uint16_t port) {
    return fmt::format(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0\r\n",
        port);
  }

  void send(const std::string& text) {
    if (type_ == SOCK_DGRAM) return peer_.send(text);
    [[maybe_unused]] const auto sent = ::send(connection_, text.data(), text.size(), MSG_NOSIGNAL);
  }

  void listen_at(const base::Endpoint& own) {
    sockaddr_storage address{};
    socklen_t length = 0;
    (void)own.to_sockaddr(address, length);
    listening_ = ::socket(address.ss_family, SOCK_STREAM, 0);
    ::bind(listening_, reinterpret_cast<sockaddr*>(&address), length);
    ::listen(listening_, 4);
  }

  std::string receive_stream(int milliseconds) {
    while (true) {
      const auto head = bytes_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const auto field = bytes_.find("Content-Length: ");
        const std::size_t body = field < head ? std::stoul(bytes_.substr(field + 16)) : 0;
        if (bytes_.size() >= head + 4 + body) {
          std::string message = bytes_.substr(0, head + 4 + body);
          bytes_.erase(0, message.size());
          return message;
        }
      }
      pollfd ready{connection_ < 0 ? listening_ : connection_, POLLIN, 0};
      if (::poll(&ready, 1, milliseconds) != 1) return {};
      if (connection_ < 0) {
        connection_ = ::accept(listening_, nullptr, nullptr);
        continue;
      }
      char buffer[65536];
      const auto length = ::recv(connection_, buffer, sizeof buffer, 0);
      if (length <= 0) return {};
      bytes_.append(buffer, static_cast<std::size_t>(length));
    }
  }

  const int type_;
  Peer peer_;
  int listening_ = -1;
  int connection_ = -1;
  std::string bytes_;
};

}  // namespace tonearm::sip::testing
