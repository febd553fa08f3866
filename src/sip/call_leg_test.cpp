#include "sip/call_leg.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <optional>

#include <gtest/gtest.h>

#include "sip/test_peer.hpp"

// The whole stack over loopback sockets, against a peer that sends hand-written messages.

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;
using testing::body;
using testing::header;
using testing::Peer;

const call::LocalMedia kMedia{{"127.0.0.1", 20000}, {"127.0.0.1", 20001}};

/// Keeps what the stack reports, in order.
class Reports : public call::SignalingListener {
 public:
  void on_invite(call::IncomingInvite invite) override {
    const std::lock_guard lock(mutex_);
    invites_.push_back(std::move(invite));
    changed_.notify_all();
  }
  void on_signal(call::LegRef, call::SignalBody body) override {
    const std::lock_guard lock(mutex_);
    signals_.push_back(std::move(body));
    changed_.notify_all();
  }

  std::optional<call::IncomingInvite> next_invite(std::chrono::milliseconds wait = 3s) {
    return next(invites_, wait);
  }
  template <class Signal>
  std::optional<Signal> next_signal(std::chrono::milliseconds wait = 3s) {
    auto body = next(signals_, wait);
    if (!body || !std::holds_alternative<Signal>(*body)) return std::nullopt;
    return std::get<Signal>(*body);
  }
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

struct Kind {
  const char* name;
  const char* listen;
  int type;
};

/// A server with one application "ivr", and one peer.
class Stack {
 public:
  explicit Stack(const std::string& listen = "udp:127.0.0.1:0", int type = SOCK_DGRAM, bool open = true,
                 AgentHooks hooks = {}, std::vector<std::string> dns = {})
      : legs_(start(listen, open, std::move(hooks), std::move(dns))),
        peer_(legs_->listening().front().endpoint.address, type, legs_->listening().front().endpoint),
        transport_(type == SOCK_DGRAM ? "UDP" : "TCP") {}

  std::unique_ptr<CallLegs> start(const std::string& listen, bool open, AgentHooks hooks,
                                  std::vector<std::string> dns) {
    AgentSettings settings;
    settings.listen = {*ListenAddress::parse(listen)};
    settings.dns = std::move(dns);
    settings.directory.open = open;
    settings.directory.applications = {{"ivr", "tenant", {"ivr", "+1 (425) 555-0100"}}};
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
    const auto limit = base::SteadyClock::now() + 3s;
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

  std::string server() const { return legs_->listening().front().endpoint.to_string(); }

  Reports reports_;
  std::unique_ptr<CallLegs> legs_;
  Peer peer_;
  std::string transport_;
  std::string call_id_ = "call-1";
  std::string to_tag_;
};

class every_transport : public ::testing::TestWithParam<Kind> {};

TEST_P(every_transport, call_goes_up_and_the_caller_hangs_up) {
  Stack stack(GetParam().listen, GetParam().type);
  stack.send(stack.request("INVITE", 1, stack.offer()));
  EXPECT_NE(stack.peer_.receive().find("SIP/2.0 100 Trying"), std::string::npos);
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  EXPECT_EQ(invite->application, 0u);
  EXPECT_EQ(invite->source.id, "+14255550111");
  EXPECT_EQ(invite->source.display_name, "Ada");
  EXPECT_EQ(invite->called, "ivr");
  ASSERT_TRUE(invite->media);
  EXPECT_EQ(invite->media->remote_rtp, (base::Endpoint{stack.peer_.local().address, 4000}));
  EXPECT_FALSE(invite->dialog.empty());

  stack.legs_->post_ringing(invite->leg);
  EXPECT_NE(stack.peer_.receive().find("SIP/2.0 180 Ringing"), std::string::npos);
  stack.legs_->post_answer(invite->leg, kMedia);
  const std::string ok = stack.peer_.receive();
  EXPECT_NE(ok.find("SIP/2.0 200 OK"), std::string::npos);
  EXPECT_NE(body(ok).find("m=audio 20000 RTP/AVP 0 101\r\n"), std::string::npos);
  EXPECT_NE(header(ok, "Contact").find(stack.server()), std::string::npos);
  EXPECT_FALSE(header(ok, "Allow").empty());
  stack.remember_tag(ok);
  stack.send(stack.request("ACK", 1));
  const auto acked = stack.reports_.next_signal<call::LegAcked>();
  ASSERT_TRUE(acked);
  EXPECT_EQ(acked->media, *invite->media);

  stack.send(stack.request("BYE", 2));
  EXPECT_FALSE(stack.peer_.expect("200").empty());
  EXPECT_TRUE(stack.reports_.next_signal<call::LegHungUp>());
  EXPECT_TRUE(stack.is_idle());
}

TEST_P(every_transport, hanging_up_sends_bye_into_the_dialog) {
  Stack stack(GetParam().listen, GetParam().type);
  const auto invite = stack.establish(stack.offer());
  stack.legs_->post_hang_up(invite.leg);
  const std::string bye = stack.peer_.expect("BYE");
  ASSERT_FALSE(bye.empty());
  EXPECT_EQ(header(bye, "Call-ID"), "call-1");
  EXPECT_EQ(header(bye, "To"), "\"Ada\" <sip:+14255550111@" + stack.peer_.local().to_string() + ">;tag=peer");
  EXPECT_NE(header(bye, "From").find(stack.to_tag_), std::string::npos);
  stack.send(
      fmt::format("SIP/2.0 200 OK\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: "
                  "{}\r\nContent-Length: 0\r\n\r\n",
                  header(bye, "Via"), header(bye, "From"), header(bye, "To"), header(bye, "Call-ID"),
                  header(bye, "CSeq")));
  EXPECT_TRUE(stack.is_idle());
}

INSTANTIATE_TEST_SUITE_P(transports, every_transport,
                         ::testing::Values(Kind{"udp4", "udp:127.0.0.1:0", SOCK_DGRAM},
                                           Kind{"tcp4", "tcp:127.0.0.1:0", SOCK_STREAM},
                                           Kind{"udp6", "udp:[::1]:0", SOCK_DGRAM},
                                           Kind{"tcp6", "tcp:[::1]:0", SOCK_STREAM}),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST(call_leg, cancel_before_the_answer_sends_487) {
  Stack stack;
  stack.send(stack.request("INVITE", 1, stack.offer()));
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  stack.send(stack.request("CANCEL", 1));
  EXPECT_FALSE(stack.peer_.expect("200").empty());
  const std::string refused = stack.peer_.expect("487");
  EXPECT_FALSE(header(refused, "Warning").empty());
  EXPECT_TRUE(stack.reports_.next_signal<call::LegCancelled>());
  stack.legs_->post_answer(invite->leg, kMedia);  // too late: nothing
  EXPECT_TRUE(stack.reports_.nothing_more());
}

TEST(call_leg, cancel_that_crosses_the_200_changes_nothing) {
  Stack stack;
  stack.send(stack.request("INVITE", 1, stack.offer()));
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  stack.legs_->post_answer(invite->leg, kMedia);
  const std::string ok = stack.peer_.expect("200");
  stack.send(stack.request("CANCEL", 1));
  EXPECT_NE(header(stack.peer_.expect("200"), "CSeq").find("CANCEL"), std::string::npos);
  stack.remember_tag(ok);
  stack.send(stack.request("ACK", 1));
  EXPECT_TRUE(stack.reports_.next_signal<call::LegAcked>());
  stack.send(stack.request("BYE", 2));
  EXPECT_FALSE(stack.peer_.expect("200").empty());
  EXPECT_TRUE(stack.reports_.next_signal<call::LegHungUp>());
}

TEST(call_leg, an_invite_that_is_repeated_while_nobody_decides_enters_once) {
  Stack stack;
  const std::string text = stack.request("INVITE", 1, stack.offer());
  for (int i = 0; i < 3; ++i) stack.send(text);
  EXPECT_TRUE(stack.reports_.next_invite());
  for (int i = 0; i < 3; ++i) EXPECT_NE(stack.peer_.receive().find("100 Trying"), std::string::npos);
  EXPECT_TRUE(stack.reports_.nothing_more());
}

TEST(call_leg, the_200_is_repeated_until_its_ack) {
  Stack stack;
  stack.send(stack.request("INVITE", 1, stack.offer()));
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  stack.legs_->post_answer(invite->leg, kMedia);
  const std::string first = stack.peer_.expect("200");
  const std::string second = stack.peer_.expect("200", 1000);
  EXPECT_EQ(first, second);
  stack.remember_tag(first);
  stack.send(stack.request("ACK", 1));
  EXPECT_TRUE(stack.reports_.next_signal<call::LegAcked>());
  EXPECT_EQ(stack.peer_.receive(1200), "");
}

TEST(call_leg, hold_resume_and_a_new_address_by_re_invite) {
  Stack stack;
  stack.establish(stack.offer());
  stack.send(stack.request("INVITE", 2, stack.offer("m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n")));
  EXPECT_NE(body(stack.peer_.expect("200")).find("a=recvonly"), std::string::npos);
  auto changed = stack.reports_.next_signal<call::LegMediaChanged>();
  ASSERT_TRUE(changed);
  EXPECT_TRUE(changed->media.remote_hold);
  stack.send(stack.request("ACK", 2));
  stack.send(stack.request("INVITE", 3, stack.offer("m=audio 4100 RTP/AVP 0\r\n")));
  EXPECT_NE(body(stack.peer_.expect("200")).find("a=sendrecv"), std::string::npos);
  changed = stack.reports_.next_signal<call::LegMediaChanged>();
  ASSERT_TRUE(changed);
  EXPECT_FALSE(changed->media.remote_hold);
  EXPECT_EQ(changed->media.remote_rtp.port, 4100);
  stack.send(stack.request("ACK", 3));
}

TEST(call_leg, t38_is_refused_and_the_call_lives) {
  Stack stack;
  stack.establish(stack.offer());
  stack.send(stack.request("INVITE", 2, stack.offer("m=image 4002 udptl t38\r\n")));
  const std::string refused = stack.peer_.expect("488");
  EXPECT_FALSE(header(refused, "Warning").empty());
  stack.send(stack.request("OPTIONS", 3));
  EXPECT_FALSE(stack.peer_.expect("200").empty());
  EXPECT_TRUE(stack.reports_.nothing_more());
  EXPECT_EQ(stack.legs_->sessions(), 1u);
}

TEST(call_leg, late_offer_is_answered_in_the_ack) {
  Stack stack;
  stack.send(stack.request("INVITE", 1));
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  EXPECT_FALSE(invite->media);
  stack.legs_->post_answer(invite->leg, kMedia);
  const std::string ok = stack.peer_.expect("200");
  EXPECT_NE(body(ok).find("m=audio 20000 RTP/AVP 0 8 101"), std::string::npos);
  stack.remember_tag(ok);
  stack.send(stack.request("ACK", 1, stack.offer("m=audio 4000 RTP/AVP 8\r\n")));
  const auto acked = stack.reports_.next_signal<call::LegAcked>();
  ASSERT_TRUE(acked);
  EXPECT_EQ(acked->media.codec, call::Codec::pcma);
}

TEST(call_leg, a_media_host_of_the_hosts_file_is_resolved_before_anybody_hears_of_the_call) {
  Stack stack;
  std::string offer = stack.offer();
  offer.replace(offer.find("c=IN IP4 127.0.0.1"), 18, "c=IN IP4 LocalHost");
  stack.send(stack.request("INVITE", 1, offer));
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  EXPECT_EQ(invite->media->remote_rtp, (base::Endpoint{"127.0.0.1", 4000}));
}

TEST(call_leg, a_media_host_that_nobody_knows_falls_back_to_the_source_of_signalling) {
  Peer dead_dns("127.0.0.1", SOCK_DGRAM, {"127.0.0.1", 9});  // a name server that never answers
  Stack stack("udp:127.0.0.1:0", SOCK_DGRAM, true, {}, {dead_dns.local().to_string()});
  std::string offer = stack.offer();
  offer.replace(offer.find("c=IN IP4 127.0.0.1"), 18, "c=IN IP4 media.example.com");
  stack.send(stack.request("INVITE", 1, offer));
  const auto invite = stack.reports_.next_invite(5s);
  ASSERT_TRUE(invite);
  EXPECT_EQ(invite->media->remote_rtp, (base::Endpoint{"127.0.0.1", 4000}));
  EXPECT_TRUE(invite->media->may_move);
}

TEST(call_leg, options_say_what_we_can) {
  Stack stack;
  stack.send(stack.request("OPTIONS", 1));
  const std::string ok = stack.peer_.expect("200");
  EXPECT_NE(header(ok, "Allow").find("INVITE"), std::string::npos);
  EXPECT_NE(ok.find("\r\nSupported:"), std::string::npos);
  EXPECT_EQ(header(ok, "Accept"), "application/sdp");
}

TEST(call_leg, a_number_is_found_without_its_separators) {
  Stack stack;
  stack.send(stack.request("INVITE", 1, stack.offer(), {}, "+1.425.555.0100"));
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  EXPECT_EQ(invite->called, "+14255550100");
}

struct RefusalCase {
  const char* name;
  std::string request;
  const char* status;
};

TEST(call_leg, refusals_say_why_and_keep_nothing) {
  Stack stack;
  std::string no_hops = stack.request("INVITE", 3, stack.offer());
  no_hops.replace(no_hops.find("Max-Forwards: 70"), 16, "Max-Forwards: 0");
  stack.to_tag_ = "nobodys";
  const std::string unknown_dialog = stack.request("BYE", 4);
  stack.to_tag_.clear();
  std::string other_body = stack.request("INVITE", 5, "hello");
  other_body.replace(other_body.find("application/sdp"), 15, "text/plain");
  std::string lying_length = stack.request("INVITE", 6, stack.offer());
  lying_length.replace(lying_length.find("Content-Length: "), 16, "Content-Length: 9");
  const RefusalCase cases[] = {
      {"nobody's address", stack.request("INVITE", 1, stack.offer(), {}, "nobody"), "404"},
      {"required extension", stack.request("INVITE", 2, stack.offer(), "Require: 100rel\r\n"), "420"},
      {"no hops left", no_hops, "483"},
      {"no dialog", unknown_dialog, "481"},
      {"not SDP", other_body, "415"},
      {"cut body", lying_length, "400"},
      {"broken SDP", stack.request("INVITE", 7, "v=0\r\nm=audio\r\n"), "400"},
      {"no codec", stack.request("INVITE", 8, stack.offer("m=audio 4000 RTP/AVP 9\r\n")), "488"},
      {"registrar", stack.request("REGISTER", 9), "501"},
      {"unknown method", stack.request("PUBLISH", 10), "405"},
      {"nothing to cancel", stack.request("CANCEL", 11), "481"},
  };
  for (const auto& [name, request, status] : cases) {
    stack.send(request);
    const std::string response = stack.peer_.receive();
    EXPECT_NE(response.find(fmt::format("SIP/2.0 {} ", status)), std::string::npos) << name << "\n"
                                                                                    << response;
    EXPECT_FALSE(header(response, "Warning").empty()) << name;
  }
  EXPECT_TRUE(stack.reports_.nothing_more());
  EXPECT_EQ(stack.legs_->sessions(), 0u);
}

TEST(call_leg, strangers_get_403_and_no_provisional) {
  Stack stack("udp:127.0.0.1:0", SOCK_DGRAM, false);
  stack.send(stack.request("INVITE", 1, stack.offer()));
  EXPECT_NE(stack.peer_.receive().find("SIP/2.0 403 "), std::string::npos);
}

TEST(call_leg, overload_is_503_with_retry_after) {
  AgentHooks hooks;
  hooks.refuse_calls = [] { return std::optional<std::string>("the server is draining"); };
  Stack stack("udp:127.0.0.1:0", SOCK_DGRAM, true, hooks);
  stack.send(stack.request("INVITE", 1, stack.offer()));
  const std::string response = stack.peer_.receive();
  EXPECT_NE(response.find("SIP/2.0 503 "), std::string::npos);
  EXPECT_FALSE(header(response, "Retry-After").empty());
}

TEST(call_leg, responses_to_maddr_are_never_sent) {
  Stack stack;
  std::string text = stack.request("OPTIONS", 1);
  text.replace(text.find(";rport"), 6, ";maddr=192.0.2.1");
  stack.send(text);
  EXPECT_EQ(stack.peer_.receive(200), "");
  EXPECT_EQ(stack.legs_->metrics().malformed(), 1u);
}

TEST(call_leg, the_trace_shows_the_call_until_it_is_forgotten) {
  Stack stack;
  stack.send(stack.request("INVITE", 1, stack.offer(), "Authorization: Digest secret\r\n"));
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  stack.peer_.expect("100");
  const auto messages = stack.legs_->trace(invite->leg.call);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_FALSE(messages[0].sent);
  EXPECT_NE(messages[0].text.find("Authorization: (removed)"), std::string::npos);
  EXPECT_EQ(messages[0].text.find("secret"), std::string::npos);
  EXPECT_TRUE(messages[1].sent);
  stack.legs_->post_forget(invite->leg.call);
  EXPECT_TRUE(stack.legs_->trace(invite->leg.call).empty());
}

TEST(call_leg, a_stored_dialog_gets_its_bye_from_a_new_process) {
  Stack stack;
  const auto invite = stack.establish(stack.offer());
  Stack other;
  other.legs_->post_hang_up_restored(invite.dialog);
  const std::string bye = stack.peer_.expect("BYE");
  EXPECT_EQ(header(bye, "Call-ID"), "call-1");
  EXPECT_EQ(header(bye, "CSeq"), "1001 BYE");
  EXPECT_NE(header(bye, "From").find(stack.to_tag_), std::string::npos);
}

}  // namespace
}  // namespace tonearm::sip
