#include <gtest/gtest.h>

#include "sip/test_stack.hpp"

// Extensions of the dialog over loopback sockets.

namespace tonearm::sip {
namespace {

using testing::body;
using testing::header;
using testing::kMedia;
using testing::Stack;

std::string with_type(std::string message, const std::string& type) {
  message.replace(message.find("application/sdp"), 15, type);
  return message;
}

TEST(lasting_dialog, a_ringing_that_must_arrive_comes_again_until_its_prack) {
  Stack stack;
  stack.send(stack.request("INVITE", 1, stack.offer(), "Require: 100rel\r\n"));
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  stack.legs_->post_ringing(invite->leg);
  const std::string ringing = stack.peer_.expect("180");
  EXPECT_EQ(header(ringing, "Require"), "100rel");
  const std::string rseq = header(ringing, "RSeq");
  ASSERT_FALSE(rseq.empty());
  EXPECT_EQ(stack.peer_.expect("180"), ringing);
  stack.remember_tag(ringing);
  stack.send(stack.request("PRACK", 2, {}, "RAck: " + rseq + " 1 INVITE\r\n"));
  EXPECT_EQ(header(stack.peer_.expect("200"), "CSeq"), "2 PRACK");
  stack.legs_->post_answer(invite->leg, kMedia);
  EXPECT_EQ(header(stack.peer_.expect("200"), "CSeq"), "1 INVITE");
  stack.send(stack.request("ACK", 1));
  EXPECT_TRUE(stack.reports_.next_signal<call::LegAcked>());
}

TEST(lasting_dialog, the_same_invite_by_another_way_is_482_and_the_call_lives) {
  Stack stack;
  std::string text = stack.request("INVITE", 1, stack.offer());
  stack.send(text);
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  text.insert(text.find(";rport"), "other");       // the branch of the other way,
  text.insert(text.find(" SIP/2.0"), ";way=two");  // and what a proxy made of the target there
  stack.send(text);
  const std::string refused = stack.peer_.expect("482");
  EXPECT_FALSE(header(refused, "Warning").empty());
  EXPECT_TRUE(stack.reports_.nothing_more());
  EXPECT_EQ(stack.legs_->sessions(), 1u);
  stack.legs_->post_reject(invite->leg, 486, {}, {});
  EXPECT_FALSE(stack.peer_.expect("486").empty());
  EXPECT_TRUE(stack.is_idle());
  stack.send(text);  // slower than the refusal
  EXPECT_FALSE(stack.peer_.expect("482").empty());
  EXPECT_TRUE(stack.reports_.nothing_more());
}

TEST(lasting_dialog, keys_by_info_are_told_and_other_infos_are_not) {
  Stack stack;
  stack.establish(stack.offer());
  stack.send(with_type(stack.request("INFO", 2, "Signal=5\r\nDuration=160\r\n"), "application/dtmf-relay"));
  EXPECT_FALSE(stack.peer_.expect("200").empty());
  auto key = stack.reports_.next_signal<call::LegKey>();
  ASSERT_TRUE(key);
  EXPECT_EQ(key->tone, call::Tone::t5);
  stack.send(with_type(stack.request("INFO", 3, "#"), "application/dtmf"));
  EXPECT_FALSE(stack.peer_.expect("200").empty());
  key = stack.reports_.next_signal<call::LegKey>();
  ASSERT_TRUE(key);
  EXPECT_EQ(key->tone, call::Tone::pound);
  stack.send(stack.request("INFO", 4));  // is the call still there?
  EXPECT_FALSE(stack.peer_.expect("200").empty());
  stack.send(with_type(stack.request("INFO", 5, "<x/>"), "application/xml"));
  EXPECT_EQ(header(stack.peer_.expect("415"), "Accept"), "application/dtmf-relay, application/dtmf");
  EXPECT_TRUE(stack.reports_.nothing_more());
}

TEST(lasting_dialog, a_repeated_info_is_one_key) {
  Stack stack;
  stack.establish(stack.offer());
  const std::string info = with_type(stack.request("INFO", 2, "Signal=1\r\n"), "application/dtmf-relay");
  for (int i = 0; i < 3; ++i) stack.send(info);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(stack.peer_.expect("200").empty());
  EXPECT_TRUE(stack.reports_.next_signal<call::LegKey>());
  EXPECT_TRUE(stack.reports_.nothing_more());
}

TEST(lasting_dialog, the_session_timer_is_agreed_and_refreshed_by_update) {
  Stack stack;
  stack.send(
      stack.request("INVITE", 1, stack.offer(), "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n"));
  const auto invite = stack.reports_.next_invite();
  ASSERT_TRUE(invite);
  stack.legs_->post_answer(invite->leg, kMedia);
  const std::string ok = stack.peer_.expect("200");
  EXPECT_EQ(header(ok, "Session-Expires"), "90;refresher=uac");
  EXPECT_EQ(header(ok, "Require"), "timer");
  EXPECT_EQ(header(ok, "Supported"), "100rel, timer");
  stack.remember_tag(ok);
  stack.send(stack.request("ACK", 1));
  EXPECT_TRUE(stack.reports_.next_signal<call::LegAcked>());
  stack.send(stack.request("UPDATE", 2, {}, "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n"));
  const std::string refreshed = stack.peer_.expect("200");
  EXPECT_EQ(header(refreshed, "CSeq"), "2 UPDATE");
  EXPECT_EQ(header(refreshed, "Session-Expires"), "90;refresher=uac");
  stack.send(stack.request("UPDATE", 3, {}, "Supported: timer\r\nSession-Expires: 30\r\n"));
  EXPECT_EQ(header(stack.peer_.expect("422"), "Min-SE"), "90");
  EXPECT_TRUE(stack.reports_.nothing_more());
}

TEST(lasting_dialog, hold_by_update_is_told) {
  Stack stack;
  stack.establish(stack.offer());
  stack.send(stack.request("UPDATE", 2, stack.offer("m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n")));
  EXPECT_NE(body(stack.peer_.expect("200")).find("a=recvonly"), std::string::npos);
  const auto changed = stack.reports_.next_signal<call::LegMediaChanged>();
  ASSERT_TRUE(changed);
  EXPECT_TRUE(changed->media.remote_hold);
}

}  // namespace
}  // namespace tonearm::sip
