#include "sip_phone.hpp"

#include <algorithm>
#include <array>

#include "base/guid.hpp"

namespace tonearm::testing {
namespace {

std::string random_token() {
  return base::Guid::random().to_string().substr(0, 18);
}

std::string between_angles(const std::string& value) {
  const auto open = value.find('<');
  return open == std::string::npos ? value : value.substr(open + 1, value.find('>') - open - 1);
}

std::string sdp_line(const std::string& sdp, const std::string& start) {
  const auto at = sdp.find(start);
  return at == std::string::npos ? ""
                                 : sdp.substr(at + start.size(), sdp.find("\r\n", at) - at - start.size());
}

}  // namespace

int SipText::status() const {
  return text.starts_with("SIP/2.0 ") ? std::stoi(text.substr(8, 3)) : 0;
}

std::string SipText::method() const {
  if (status() == 0) return text.substr(0, text.find(' '));
  const std::string cseq = header("CSeq");
  return cseq.substr(cseq.find(' ') + 1);
}

std::string SipText::header(const std::string& name) const {
  const auto at = text.find("\r\n" + name + ":");
  if (at == std::string::npos) return "";
  const auto from = text.find_first_not_of(' ', at + name.size() + 3);
  return text.substr(from, text.find("\r\n", from) - from);
}

std::string SipText::body() const {
  const auto at = text.find("\r\n\r\n");
  return at == std::string::npos ? "" : text.substr(at + 4);
}

SipPhone::SipPhone(base::Endpoint server, const std::string& address)
    : socket_(SOCK_DGRAM, {address, 0}),
      server_(std::move(server)),
      rtp_({address, 0}),
      call_id_(random_token()),
      from_tag_(random_token()) {
  listener_ = std::jthread([this](const std::stop_token& stop) { listen(stop); });
}

std::string SipPhone::sdp(const std::string& direction, std::uint16_t port) const {
  const base::Endpoint local = claimed();
  const std::string family = local.is_v6() ? "IP6 " : "IP4 ";
  return "v=0\r\no=ada 1 1 IN " + family + local.address + "\r\ns=-\r\nc=IN " + family + local.address +
         "\r\nt=0 0\r\nm=audio " + std::to_string(port ? port : rtp_.port()) +
         " RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
         "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=" +
         direction + "\r\n";
}

std::string SipPhone::request(const std::string& method, const std::string& target, const std::string& sdp,
                              int cseq, const std::string& branch) const {
  const std::string local = claimed().to_string();
  std::string text = method + " " + target + " SIP/2.0\r\nVia: SIP/2.0/UDP " + local + ";branch=" + branch +
                     ";rport\r\nFrom: \"Ada\" <sip:ada@" + local + ">;tag=" + from_tag_ + "\r\nTo: " + to_ +
                     "\r\nCall-ID: " + call_id_ + "\r\nCSeq: " + std::to_string(cseq) + " " + method +
                     "\r\nMax-Forwards: 70\r\nContact: <sip:ada@" + local + ">\r\n";
  if (!sdp.empty()) text += "Content-Type: application/sdp\r\n";
  return text + "Content-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
}

void SipPhone::send_invite(const std::string& user, const std::string& sdp) {
  user_ = user;
  target_ = "sip:" + user + "@" + server_.to_string();
  to_ = "<" + target_ + ">";
  invite_cseq_ = ++cseq_;
  invite_branch_ = "z9hG4bK" + random_token();
  last_invite_ = request("INVITE", target_, sdp, invite_cseq_, invite_branch_);
  send_raw(last_invite_);
}

bool SipPhone::call(const std::string& user, std::chrono::milliseconds timeout) {
  send_invite(user, sdp());
  const auto final = wait_final("INVITE", timeout);
  if (!final || final->status() != 200) return false;
  send_ack();
  return true;
}

void SipPhone::learn(const SipText& ok) {
  to_ = ok.header("To");
  if (const std::string contact = ok.header("Contact"); !contact.empty()) target_ = between_angles(contact);
  const std::string sdp = ok.body();
  const std::string connection = sdp_line(sdp, "c=IN IP");
  const std::string media = sdp_line(sdp, "m=audio ");
  if (connection.size() > 2 && !media.empty()) {
    media_ = {connection.substr(2), static_cast<std::uint16_t>(std::stoi(media))};
  }
}

void SipPhone::send_ack(const std::string& sdp) {
  send_raw(request("ACK", target_, sdp, invite_cseq_, "z9hG4bK" + random_token()));
}

void SipPhone::send_bye() {
  send_raw(request("BYE", target_, "", ++cseq_, "z9hG4bK" + random_token()));
}

void SipPhone::send_cancel() {
  const std::string original = "sip:" + user_ + "@" + server_.to_string();
  const std::string to =
      std::exchange(to_, "<" + original + ">");  // CANCEL repeats the INVITE's To (RFC 3261 §9.1)
  send_raw(request("CANCEL", original, "", invite_cseq_, invite_branch_));
  to_ = to;
}

void SipPhone::send_notify(const std::string& state, const std::string& fragment) {
  std::string text = request("NOTIFY", target_, "", ++cseq_, "z9hG4bK" + random_token());
  const std::string lines = "Event: refer\r\nSubscription-State: " + state +
                            "\r\nContent-Type: message/sipfrag;version=2.0\r\nContent-Length: " +
                            std::to_string(fragment.size() + 2) + "\r\n\r\n" + fragment + "\r\n";
  const std::string empty = "Content-Length: 0\r\n\r\n";
  send_raw(text.replace(text.size() - empty.size(), empty.size(), lines));
}

SipText SipPhone::reinvite(const std::string& sdp) {
  invite_cseq_ = ++cseq_;
  send_raw(request("INVITE", target_, sdp, invite_cseq_, "z9hG4bK" + random_token()));
  auto final = wait_final("INVITE");
  if (final) send_ack();
  return final.value_or(SipText{});
}

void SipPhone::listen(const std::stop_token& stop) {
  std::array<char, 65536> bytes;
  while (!stop.stop_requested()) {
    if (!socket_.readable(50ms)) continue;
    const ssize_t got = ::recv(socket_.fd(), bytes.data(), bytes.size(), 0);
    if (got <= 4) continue;
    SipText message{std::string(bytes.data(), static_cast<std::size_t>(got)), realtime_ns()};
    const std::string method = message.method();
    const bool request = message.status() == 0;
    if (request && (method == "BYE" || method == "OPTIONS" || method == "NOTIFY")) answer(message);
    if (!request && message.status() / 100 == 2 && method == "INVITE") learn(message);
    inbox_.add(std::move(message));
  }
}

void SipPhone::answer(const SipText& request) {
  respond(request, 200, "OK");
}

void SipPhone::respond(const SipText& request, int status, const std::string& reason) {
  send_raw("SIP/2.0 " + std::to_string(status) + " " + reason + "\r\nVia: " + request.header("Via") +
           "\r\nFrom: " + request.header("From") + "\r\nTo: " + request.header("To") +
           "\r\nCall-ID: " + request.header("Call-ID") + "\r\nCSeq: " + request.header("CSeq") +
           "\r\nContent-Length: 0\r\n\r\n");
}

std::optional<SipText> SipPhone::wait(const std::function<bool(const SipText&)>& fits,
                                      std::chrono::milliseconds timeout) {
  return inbox_.wait(fits, timeout);
}

std::optional<SipText> SipPhone::wait_status(int status, const std::string& method,
                                             std::chrono::milliseconds timeout) {
  return wait([&](const SipText& m) { return m.status() == status && m.method() == method; }, timeout);
}

std::optional<SipText> SipPhone::wait_final(const std::string& method, std::chrono::milliseconds timeout) {
  return wait([&](const SipText& m) { return m.status() >= 200 && m.method() == method; }, timeout);
}

std::optional<SipText> SipPhone::wait_request(const std::string& method, std::chrono::milliseconds timeout) {
  return wait([&](const SipText& m) { return m.status() == 0 && m.method() == method; }, timeout);
}

std::vector<SipText> SipPhone::log() const {
  return inbox_.all();
}

}  // namespace tonearm::testing
