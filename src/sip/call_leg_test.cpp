#include <atomic>
#include <utility>

#include <gtest/gtest.h>

#include "sip/test_stack.hpp"

// The whole stack over loopback sockets, against a peer that sends hand-written messages.

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;
using testing::body;
using testing::header;
using testing::kMedia;
using testing::Peer;
using testing::Stack;

struct Kind {
  const char* name;
  const char* listen;
  int type;
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

TEST(call_leg, an_invite_that_is_repeated_across_its_200_enters_once) {
  Stack stack;
  const std::string text = stack.request("INVITE", 1, stack.offer());
  stack.send(text);
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  stack.legs_->post_answer(invite->leg, kMedia);
  stack.remember_tag(stack.peer_.expect("200"));
  stack.send(text);
  stack.send(stack.request("ACK", 1));
  EXPECT_TRUE(stack.reports_.next_signal<call::LegAcked>());
  EXPECT_TRUE(stack.reports_.nothing_more());
  EXPECT_EQ(stack.legs_->sessions(), 1u);
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
  Stack stack("udp:127.0.0.1:0", SOCK_DGRAM, true, {},
              [&](AgentSettings& settings) { settings.dns = {dead_dns.local().to_string()}; });
  std::string offer = stack.offer();
  offer.replace(offer.find("c=IN IP4 127.0.0.1"), 18, "c=IN IP4 media.example.com");
  stack.send(stack.request("INVITE", 1, offer));
  const auto invite = stack.reports_.next_invite();
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

TEST(call_leg, who_was_called_before_is_told_by_a_trusted_trunk) {
  Stack stack("udp:127.0.0.1:0", SOCK_DGRAM, false, {}, [](AgentSettings& settings) {
    TrunkEntry carrier;
    carrier.name = "carrier";
    carrier.sources = {*base::Network::parse("127.0.0.0/8")};
    carrier.trust_identity = true;
    settings.directory.trunks = {carrier};
  });
  stack.send(stack.request("INVITE", 1, stack.offer(),
                           "Diversion: <sip:+14255550122@h>;reason=unconditional\r\n"
                           "Diversion: \"Sales\" <tel:+1-425-555-0121>\r\n"));
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  ASSERT_EQ(invite->diverted_from.size(), 2u);
  EXPECT_EQ(invite->diverted_from[0].id, "+14255550121");
  EXPECT_EQ(invite->diverted_from[0].display_name, "Sales");
  EXPECT_EQ(invite->diverted_from[1].id, "+14255550122");
}

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
      {"required extension", stack.request("INVITE", 2, stack.offer(), "Require: 100rel, sec-agree\r\n"),
       "420"},
      {"required of proxies", stack.request("INVITE", 12, stack.offer(), "Proxy-Require: sec-agree\r\n"),
       "420"},
      {"session interval",
       stack.request("INVITE", 13, stack.offer(), "Supported: timer\r\nSession-Expires: 60\r\n"), "422"},
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

TEST(call_leg, overload_leaves_the_calls_that_are_up_alone_and_keeps_nothing_of_new_ones) {
  std::atomic<bool> full{false};
  AgentHooks hooks;
  hooks.refuse_calls = [&] { return full ? std::optional<std::string>("full") : std::nullopt; };
  Stack stack("udp:127.0.0.1:0", SOCK_DGRAM, true, hooks);
  stack.establish(stack.offer());
  full = true;
  const std::string tag = std::exchange(stack.to_tag_, "");
  const std::string call_id = std::exchange(stack.call_id_, "call-2");
  for (int i = 0; i < 2; ++i) {  // no transaction that would absorb the second
    stack.send(stack.request("INVITE", 1, stack.offer()));
    EXPECT_NE(stack.peer_.receive().find("SIP/2.0 503 "), std::string::npos);
  }
  EXPECT_EQ(stack.legs_->sessions(), 1u);
  stack.to_tag_ = tag;
  stack.call_id_ = call_id;
  stack.send(stack.request("INVITE", 2, stack.offer("m=audio 4100 RTP/AVP 0\r\n")));
  EXPECT_FALSE(stack.peer_.expect("200").empty());
  EXPECT_TRUE(stack.reports_.next_signal<call::LegMediaChanged>());
  stack.send(stack.request("ACK", 2));
  stack.send(stack.request("BYE", 3));
  EXPECT_FALSE(stack.peer_.expect("200").empty());
  EXPECT_TRUE(stack.reports_.next_signal<call::LegHungUp>());
}

TEST(call_leg, an_offer_before_the_last_is_settled_is_glare) {
  Stack stack;
  stack.establish(stack.offer());
  stack.send(stack.request("INVITE", 2, stack.offer("m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n")));
  EXPECT_FALSE(stack.peer_.expect("200").empty());
  stack.send(stack.request("INVITE", 3, stack.offer()));  // the ACK of the second is missing
  const std::string glare = stack.peer_.expect("491");
  EXPECT_FALSE(header(glare, "Warning").empty());
}

TEST(call_leg, responses_to_maddr_are_never_sent) {
  Stack stack;
  std::string text = stack.request("OPTIONS", 1);
  text.replace(text.find(";rport"), 6, ";maddr=192.0.2.1");
  stack.send(text);
  EXPECT_EQ(stack.peer_.receive(200), "");
  EXPECT_EQ(stack.legs_->metrics().malformed(), 1u);
}

TEST(call_leg, the_trace_shows_the_call_without_secrets) {
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
