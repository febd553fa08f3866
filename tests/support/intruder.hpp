#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "sip_phone.hpp"
#include "sockets.hpp"

namespace tonearm::testing {

/// Loopback has a whole network of addresses: a stranger has one of its own.
inline constexpr const char* kStrangersAddress = "127.0.0.2";

/// A TCP connection over which anything may be said. Sending to a server that has closed it is no fault.
class RawConnection {
 public:
  explicit RawConnection(const base::Endpoint& to, const std::string& from = kStrangersAddress);

  /// False if the server has ended the connection.
  [[nodiscard]] bool send(std::string_view bytes) const;
  /// Nothing more will be sent.
  void finish() const { ::shutdown(socket_.fd(), SHUT_WR); }
  /// What comes until the server closes; up to there if it does not within `timeout`.
  std::string read_all(std::chrono::milliseconds timeout = 20s);
  /// Waits for so many bytes.
  std::string read_some(std::size_t least, std::chrono::milliseconds timeout = 20s);
  /// True once the server has ended the connection.
  [[nodiscard]] bool ended() const { return ended_; }
  /// The server's end of the connection is over, or will be within `timeout`.
  [[nodiscard]] bool closed_within(std::chrono::milliseconds timeout);

 private:
  Socket socket_;
  bool ended_ = false;
};

/// SIP requests that no phone of ours sends, from a UDP socket of a stranger.
class SipStranger {
 public:
  explicit SipStranger(base::Endpoint server, const std::string& from = kStrangersAddress);

  /// A request outside of all dialogs, each with ids of its own. `headers` are whole lines.
  std::string request(const std::string& method, const std::string& user, const std::string& headers = "",
                      const std::string& body = "");
  /// INVITE with an offer, as a friendly scanner sends it.
  std::string invite(const std::string& user);
  void send(const std::string& text) const { socket_.send_to(server_, text); }
  /// The next datagram.
  [[nodiscard]] std::optional<SipText> receive(std::chrono::milliseconds timeout = 20s) const;
  /// The answer to one request.
  std::optional<SipText> ask(const std::string& text);

  struct Answers {
    std::map<int, std::size_t> by_status;  ///< Responses.
    std::size_t requests = 0;
    std::size_t responses = 0;
    std::size_t bytes_sent = 0;
    std::size_t bytes_received = 0;
    [[nodiscard]] std::size_t of(int status) const {
      return by_status.contains(status) ? by_status.at(status) : 0;
    }
  };
  /// Sends `count` requests as fast as they are answered, at most `kUnanswered` ahead. Stops by itself: when
  /// nothing has come for 20 s, what is lost is lost.
  Answers flood(std::size_t count, const std::function<std::string(std::size_t)>& make);

  [[nodiscard]] base::Endpoint local() const { return socket_.local(); }

 private:
  static constexpr std::size_t kUnanswered = 64;

  Socket socket_;
  base::Endpoint server_;
  std::size_t number_ = 0;
  std::string salt_;
};

}  // namespace tonearm::testing
