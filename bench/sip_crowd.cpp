#include "sip_crowd.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace tonearm::bench {
namespace {

using namespace std::chrono_literals;
using testing::SipText;
using Clock = std::chrono::steady_clock;

std::string text_after(const std::string& text, const std::string& start) {
  const auto at = text.find(start);
  if (at == std::string::npos) return "";
  return text.substr(at + start.size(), text.find("\r\n", at) - at - start.size());
}

std::string between_angles(const std::string& value) {
  const auto open = value.find('<');
  return open == std::string::npos ? value : value.substr(open + 1, value.find('>') - open - 1);
}

}  // namespace

SipCrowd::SipCrowd(base::Endpoint server, Callers& callers, bool in_band_keys, bool on_hold)
    : server_(std::move(server)),
      callers_(callers),
      in_band_keys_(in_band_keys),
      on_hold_(on_hold),
      calls_(callers.size()) {
  const int bytes = 4 << 20;
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

std::string SipCrowd::sdp(std::size_t index) const {
  return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " +
         std::to_string(ntohs(callers_.address(index).sin_port)) +
         (in_band_keys_ ? " RTP/AVP 0\r\n" : " RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n") +
         "a=rtpmap:0 PCMU/8000\r\na=ptime:20\r\n" + (on_hold_ ? "a=inactive\r\n" : "");
}

std::string SipCrowd::request(std::size_t index, const std::string& method, int cseq,
                              const std::string& sdp) const {
  const std::string local = socket_.local().to_string();
  const std::string number = std::to_string(index);
  const Call& call = calls_[index];
  return method + " " + call.target + " SIP/2.0\r\nVia: SIP/2.0/UDP " + local + ";branch=z9hG4bK" + method +
         number + "x" + std::to_string(cseq) + ";rport\r\nFrom: <sip:load@" + local + ">;tag=f" + number +
         "\r\nTo: " + call.to + "\r\nCall-ID: " + number + "@load\r\nCSeq: " + std::to_string(cseq) + " " +
         method + "\r\nMax-Forwards: 70\r\nContact: <sip:load@" + local + ">\r\n" +
         (sdp.empty() ? "" : "Content-Type: application/sdp\r\n") +
         "Content-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
}

void SipCrowd::invite(std::size_t index) {
  Call& call = calls_[index];
  call.target = "sip:load@" + server_.to_string();
  call.to = "<" + call.target + ">";
  call.state = State::calling;
  call.sent = Clock::now();
  socket_.send_to(server_, request(index, "INVITE", 1, sdp(index)));
}

void SipCrowd::leave(std::size_t index) {
  calls_[index].state = State::leaving;
  calls_[index].sent = Clock::now();
  socket_.send_to(server_, request(index, "BYE", 2));
}

std::size_t SipCrowd::establish(std::chrono::seconds limit) {
  return drive(State::up, &SipCrowd::invite, State::idle, limit);
}

std::size_t SipCrowd::hang_up(std::chrono::seconds limit) {
  return drive(State::over, &SipCrowd::leave, State::up, limit);
}

std::size_t SipCrowd::drive(State wanted, void (SipCrowd::*begin)(std::size_t), State from,
                            std::chrono::seconds limit) {
  const auto deadline = Clock::now() + limit;
  while (Clock::now() < deadline) {
    std::size_t open = count(State::calling) + count(State::proceeding) + count(State::leaving);
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      Call& call = calls_[i];
      const bool silent =
          (call.state == State::calling || call.state == State::leaving) && Clock::now() - call.sent > 500ms;
      const bool due = call.state == from && open < kAtOnce;
      if (due) ++open;
      if (due || silent) (this->*begin)(i);
    }
    if (open == 0) break;
    receive();
  }
  return count(wanted);
}

void SipCrowd::receive() {
  std::array<char, 8192> bytes;
  if (!socket_.readable(50ms)) return;
  ssize_t got = 0;
  while ((got = ::recv(socket_.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0) {
    const SipText message{std::string(bytes.data(), static_cast<std::size_t>(got)), 0};
    const std::string call = message.header("Call-ID");
    if (message.status() == 0 || !call.ends_with("@load")) continue;
    const std::size_t index = std::stoul(call);
    if (index < calls_.size()) on_response(index, message);
  }
}

void SipCrowd::on_response(std::size_t index, const SipText& response) {
  Call& call = calls_[index];
  if (response.method() == "BYE") {
    call.state = State::over;
  } else if (response.status() < 200) {
    if (call.state == State::calling) call.state = State::proceeding;
  } else if (response.status() == 200) {
    on_answer(index, response);
  } else {
    call.state = State::refused;
  }
}

void SipCrowd::on_answer(std::size_t index, const SipText& ok) {
  Call& call = calls_[index];
  call.to = ok.header("To");
  call.target = between_angles(ok.header("Contact"));
  call.state = State::up;
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  target.sin_port = htons(static_cast<std::uint16_t>(std::stoi(text_after(ok.body(), "m=audio "))));
  callers_.set_target(index, target);
  socket_.send_to(server_, request(index, "ACK", 1));
}

std::size_t SipCrowd::count(State state) const {
  return static_cast<std::size_t>(std::ranges::count(calls_, state, &Call::state));
}

}  // namespace tonearm::bench
