#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "sip/call_leg.hpp"
#include "sip/test_peer.hpp"

// The whole stack over loopback sockets, against a peer that sends hand-written messages. For tests only.

namespace tonearm::sip::testing {

using namespace std::chrono_literals;

inline const call::LocalMedia kMedia{{"127.0.0.1", 20000}, {"127.0.0.1", 20001}};

/// Keeps what the stack reports, in order.
class Reports : public call::SignalingListener {
 public:
  void on_invite(call::IncomingInvite invite) override {
    const std::lock_guard lock(mutex_);
    invites_.push_back(std::move(invite));
    changed_.notify_all();
  }
  void on_signal(call::LegRef leg, call::SignalBody body) override {
    if (answered && std::holds_alternative<call::LegAnswered>(body)) answered(leg);
    const std::lock_guard lock(mutex_);
    signals_.push_back(std::move(body));
    changed_.notify_all();
  }

  std::optional<call::IncomingInvite> next_invite(std::chrono::milliseconds wait = 20s) {
    return next(invites_, wait);
  }
  template <class Signal>
  std::optional<Signal> next_signal(std::chrono::milliseconds wait = 20s) {
    auto body = next(signals_, wait);
    if (!body || !std::holds_alternative<Signal>(*body)) return std::nullopt;
    return std::get<Signal>(*body);
  }
  /// What becomes of an answered leg, if not null.
  std::function<void(call::LegRef)> answered;

  bool nothing_more() {
    const std::lock_guard lock(mutex_);
    return invites_.empty() && signals_.empty();
  }

 private:
  template <class Item>
  std::optional<Item> next(std::deque<Item>& items, std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, wait, [&] { return !items.empty(); })) return std::nullopt;
    Item item = std::move(items.front());
    items.pop_front();
    return item;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<call::IncomingInvite> invites_;
  std::deque<call::SignalBody> signals_;
};

/// A server with one application "ivr", and one peer.
class Stack {
 public:
  explicit Stack(const std::string& listen = "udp:127.0.0.1:0", int type = SOCK_DGRAM, bool open = true,
                 AgentHooks hooks = {}, const std::function<void(AgentSettings&)>& change = {})
      : legs_(start(listen, open, std::move(hooks), change)),
        peer_(at().address, type, at()),
        transport_(type == SOCK_DGRAM ? "UDP" : "TCP") {}

  std::unique_ptr<CallLegs> start(const std::string& listen, bool open, AgentHooks hooks,
                                  const std::function<void(AgentSettings&)>& change) {
    AgentSettings settings;
    settings.listen = {*ListenAddress::parse(listen)};
    settings.directory.open = open;
    settings.directory.applications = {{"ivr", "tenant", {"ivr", "+1 (425) 555-0100"}}};
    if (change) change(settings);
    auto legs = CallLegs::open(std::move(settings), std::move(hooks), reports_);
    EXPECT_TRUE(legs) << (legs ? "" : legs.error().message());
    return std::move(*legs);
  }

  /// A request of the peer; `cseq` also makes the branch, so a retransmission is the same call again.
  std::string request(const std::string& method, int cseq, const std::string& content = {},
                      const std::string& extra = {}, const std::string& user = "ivr") const {
    const std::string own = peer_.local().to_string();
    const std::string type = content.empty() ? "" : "Content-Type: application/sdp\r\n";
    const std::string line = method == "ACK" ? "INVITE" : method;
    return fmt::format(
        "{} sip:{}@{} SIP/2.0\r\nVia: SIP/2.0/{} {};branch=z9hG4bK{}{}{};rport\r\nMax-Forwards: 70\r\n"
        "From: \"Ada\" <sip:+14255550111@{}>;tag=peer\r\nTo: <sip:{}@{}>{}\r\nCall-ID: {}\r\nCSeq: {} {}\r\n"
        "Contact: <sip:ada@{}{}>\r\n{}{}Content-Length: {}\r\n\r\n{}",
        method, user, server(), transport_, own, call_id_, cseq, method == "CANCEL" ? "INVITE" : method, own,
        user, server(), to_tag_.empty() ? "" : ";tag=" + to_tag_, call_id_, cseq, method, own,
        transport_ == "TCP" ? ";transport=tcp" : "", extra, type, content.size(), content);
  }

  std::string offer(const std::string& lines =
                        "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n") const {
    const bool v6 = peer_.local().is_v6();
    return fmt::format("v=0\r\no=- 1 1 IN IP{0} {1}\r\ns=-\r\nc=IN IP{0} {1}\r\nt=0 0\r\n{2}", v6 ? 6 : 4,
                       peer_.local().address, lines);
  }

  void send(const std::string& text) const { peer_.send(text); }

  /// The session goes after its last report; waits for that.
  bool is_idle() const {
    const auto limit = base::SteadyClock::now() + 20s;
    while (legs_->sessions() > 0 && base::SteadyClock::now() < limit) std::this_thread::yield();
    return legs_->sessions() == 0;
  }

  /// INVITE … 200 … ACK. Leaves the dialog's tag in place for `request`.
  call::IncomingInvite establish(const std::string& content) {
    send(request("INVITE", 1, content));
    auto invite = reports_.next_invite();
    EXPECT_TRUE(invite);
    legs_->post_answer(invite->leg, kMedia);
    const std::string ok = peer_.expect("200");
    EXPECT_FALSE(ok.empty());
    remember_tag(ok);
    send(request("ACK", 1));
    EXPECT_TRUE(reports_.next_signal<call::LegAcked>());
    return *invite;
  }

  void remember_tag(const std::string& response) {
    const std::string to = header(response, "To");
    to_tag_ = to.substr(to.find(";tag=") + 5);
  }

  /// Where the peer sends to: loopback, which stands last among the listeners of a wildcard.
  base::Endpoint at() const { return legs_->listening().back().endpoint; }
  std::string server() const { return at().to_string(); }

  Reports reports_;
  std::unique_ptr<CallLegs> legs_;
  Peer peer_;
  std::string transport_;
  std::string call_id_ = "call-1";
  std::string to_tag_;
};

}  // namespace tonearm::sip::testing
