#include "sip_callee.hpp"

#include <array>

#include <arpa/inet.h>

#include "base/guid.hpp"

namespace tonearm::testing {
namespace {

std::string token() {
  return base::Guid::random().to_string().substr(0, 18);
}

std::string transaction(const SipText& request) {
  return request.header("Via") + request.header("CSeq");
}

base::Endpoint endpoint_of(const sockaddr_in& address) {
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  return {text.data(), ntohs(address.sin_port)};
}

std::string line_after(const std::string& text, const std::string& start) {
  const auto at = text.find(start);
  if (at == std::string::npos) return "";
  const auto from = at + start.size();
  return text.substr(from, text.find("\r\n", from) - from);
}

}  // namespace

SipCallee::SipCallee() : socket_(SOCK_DGRAM, {"127.0.0.1", 0}), rtp_({"127.0.0.1", 0}), tag_(token()) {
  listener_ = std::jthread([this](const std::stop_token& stop) { listen(stop); });
}

std::optional<SipText> SipCallee::wait_invite(std::chrono::milliseconds timeout) {
  auto invite = wait_request("INVITE", timeout);
  if (invite) invite_ = *invite;
  return invite;
}

std::optional<SipText> SipCallee::wait_request(const std::string& method, std::chrono::milliseconds timeout) {
  return inbox_.wait([&](const SipText& m) { return m.status() == 0 && m.method() == method; }, timeout);
}

std::optional<SipText> SipCallee::wait_status(int status, const std::string& method,
                                              std::chrono::milliseconds timeout) {
  return inbox_.wait([&](const SipText& m) { return m.status() == status && m.method() == method; }, timeout);
}

void SipCallee::listen(const std::stop_token& stop) {
  std::array<char, 65536> bytes;
  while (!stop.stop_requested()) {
    if (!socket_.readable(50ms)) continue;
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const ssize_t got =
        ::recvfrom(socket_.fd(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (got <= 4) continue;
    SipText message{std::string(bytes.data(), static_cast<std::size_t>(got)), realtime_ns()};
    {
      const std::lock_guard lock(mutex_);
      server_ = endpoint_of(from);
      const auto repeated = last_.find(transaction(message));
      if (message.status() == 0 && repeated != last_.end()) {
        socket_.send_to(server_, repeated->second);
        continue;
      }
      if (message.method() == "INVITE" && ringing_.text == message.text) continue;
      if (message.status() == 0 && message.method() == "INVITE") ringing_ = message;
    }
    if (message.status() == 0) take(message);
    inbox_.add(std::move(message));
  }
}

void SipCallee::take(const SipText& request) {
  const std::string method = request.method();
  if (method == "BYE" || method == "OPTIONS" || method == "CANCEL") respond(request, 200, "OK");
  if (method != "CANCEL") return;
  SipText cancelled;
  {
    const std::lock_guard lock(mutex_);
    cancelled = ringing_;
  }
  if (!cancelled.text.empty()) respond(cancelled, 487, "Request Terminated");
}

void SipCallee::respond(const SipText& request, int status, const std::string& reason,
                        const std::string& sdp) {
  std::string to = request.header("To");
  if (to.find(";tag=") == std::string::npos) to += ";tag=" + tag_;
  std::string text = "SIP/2.0 " + std::to_string(status) + " " + reason +
                     "\r\nVia: " + request.header("Via") + "\r\nFrom: " + request.header("From") +
                     "\r\nTo: " + to + "\r\nCall-ID: " + request.header("Call-ID") +
                     "\r\nCSeq: " + request.header("CSeq") + "\r\nContact: <" + contact() + ">\r\n";
  if (!sdp.empty()) text += "Content-Type: application/sdp\r\n";
  text += "Content-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
  const std::lock_guard lock(mutex_);
  last_[transaction(request)] = text;
  if (status >= 200 && request.method() == "INVITE") ringing_ = {};
  socket_.send_to(server_, text);
}

void SipCallee::send_bye() {
  const std::string target = line_after(invite_.text, "Contact: <");
  const std::string text = "BYE " + target.substr(0, target.find('>')) + " SIP/2.0\r\nVia: SIP/2.0/UDP " +
                           local().to_string() + ";branch=z9hG4bK" + token() +
                           ";rport\r\nFrom: " + invite_.header("To") + ";tag=" + tag_ +
                           "\r\nTo: " + invite_.header("From") + "\r\nCall-ID: " + invite_.header("Call-ID") +
                           "\r\nCSeq: 1 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
  const std::lock_guard lock(mutex_);
  socket_.send_to(server_, text);
}

base::Endpoint SipCallee::media() const {
  const std::string sdp = invite_.body();
  return {line_after(sdp, "c=IN IP4 "), static_cast<std::uint16_t>(std::stoi(line_after(sdp, "m=audio ")))};
}

std::string SipCallee::sdp() const {
  const std::string address = local().address;
  return "v=0\r\no=ada 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\nm=audio " +
         std::to_string(rtp_.port()) + " RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n" +
         "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n";
}

}  // namespace tonearm::testing
