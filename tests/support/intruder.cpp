#include "intruder.hpp"

#include <array>

#include "base/guid.hpp"
#include "body_log.hpp"

namespace tonearm::testing {

RawConnection::RawConnection(const base::Endpoint& to, const std::string& from)
    : socket_(SOCK_STREAM, {from, 0}) {
  // The kernel would take almost 4 MB that nobody has read: what was sent would say nothing of the server.
  const int bytes = 64 * 1024;
  setsockopt(socket_.fd(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  socket_.connect(to);
}

bool RawConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string RawConnection::read_some(std::size_t least, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  std::string text;
  std::array<char, 16384> bytes;
  while (!ended_ && text.size() < least) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() < 0 || !socket_.readable(left)) break;
    const ssize_t got = ::recv(socket_.fd(), bytes.data(), bytes.size(), 0);
    if (got > 0) text.append(bytes.data(), static_cast<std::size_t>(got));
    ended_ = got <= 0;
  }
  return text;
}

std::string RawConnection::read_all(std::chrono::milliseconds timeout) {
  std::string text = read_some(static_cast<std::size_t>(-1), timeout);
  std::string rest = text;
  while (const auto answer = take_message(rest)) BodyLog::of_process().response("", *answer);
  return text;
}

bool RawConnection::closed_within(std::chrono::milliseconds timeout) {
  read_all(timeout);
  return ended_;
}

SipStranger::SipStranger(base::Endpoint server, const std::string& from)
    : socket_(SOCK_DGRAM, {from, 0}),
      server_(std::move(server)),
      salt_(base::Guid::random().to_string().substr(0, 8)) {
  const int bytes = 4 << 20;
  setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

std::string SipStranger::request(const std::string& method, const std::string& user,
                                 const std::string& headers, const std::string& body) {
  const std::string id = salt_ + "x" + std::to_string(++number_);
  const std::string here = socket_.local().to_string();
  const std::string target = "sip:" + user + "@" + server_.to_string();
  return method + " " + (method == "REGISTER" ? "sip:" + server_.to_string() : target) +
         " SIP/2.0\r\nVia: SIP/2.0/UDP " + here + ";branch=z9hG4bK" + id +
         ";rport\r\nMax-Forwards: 70\r\nFrom: <" + (method == "REGISTER" ? target : "sip:100@1.1.1.1") +
         ">;tag=t" + id + "\r\nTo: <" + target + ">\r\nCall-ID: " + id + "\r\nCSeq: 1 " + method +
         "\r\nContact: <sip:100@" + here + ">\r\nUser-Agent: friendly-scanner\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string SipStranger::invite(const std::string& user) {
  const std::string address = socket_.local().address;
  return request("INVITE", user, "Content-Type: application/sdp\r\n",
                 "v=0\r\no=- 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address +
                     "\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n");
}

std::optional<SipText> SipStranger::receive(std::chrono::milliseconds timeout) const {
  std::array<char, 65536> bytes;
  if (!socket_.readable(timeout)) return std::nullopt;
  const ssize_t got = ::recv(socket_.fd(), bytes.data(), bytes.size(), 0);
  if (got <= 0) return std::nullopt;
  return SipText{std::string(bytes.data(), static_cast<std::size_t>(got)), realtime_ns()};
}

std::optional<SipText> SipStranger::ask(const std::string& text) {
  send(text);
  return receive();
}

SipStranger::Answers SipStranger::flood(std::size_t count,
                                        const std::function<std::string(std::size_t)>& make) {
  Answers answers;
  while (answers.responses < count) {
    while (answers.requests < count && answers.requests - answers.responses < kUnanswered) {
      const std::string text = make(answers.requests++);
      answers.bytes_sent += text.size();
      send(text);
    }
    const auto answer = receive();
    if (!answer) break;
    ++answers.responses;
    ++answers.by_status[answer->status()];
    answers.bytes_received += answer->text.size();
  }
  return answers;
}

}  // namespace tonearm::testing
