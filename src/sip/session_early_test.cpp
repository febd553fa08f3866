#include <gtest/gtest.h>

#include "sip/test_session.hpp"

namespace tonearm::sip {
namespace {

using namespace sip::testing;

// ---- our ringing must arrive

Session incoming_reliably(const std::string& lines = kAudio) {
  Message message = invite(lines);
  message.require = {"100rel"};
  auto session = Session::incoming(setup(), message, 7);
  EXPECT_TRUE(session);
  return std::move(*session);
}

Message prack(std::uint32_t cseq,
              std::uint32_t rseq = 43) {  // the first RSeq is made of the session's number, 42
  Message message = request("PRACK", cseq);
  message.rack = RAck{rseq, 1, "INVITE"};
  return message;
}

TEST(reliable_ringing, has_a_number_and_is_repeated_until_its_prack) {
  Session session = incoming_reliably();
  const auto rung = session.ring();
  EXPECT_EQ(status(rung), 180);
  EXPECT_NE(find<SendResponse>(rung)->headers.find("Require: 100rel\r\nRSeq: 43\r\n"), std::string::npos);
  EXPECT_EQ(find<ArmSessionTimer>(rung)->timer, SessionTimer::provisional_repeat);
  const auto again = session.on_timer(SessionTimer::provisional_repeat);
  EXPECT_EQ(status(again), 180);
  EXPECT_EQ(find<SendResponse>(again)->headers, find<SendResponse>(rung)->headers);
  EXPECT_EQ(find<ArmSessionTimer>(again)->after, std::chrono::milliseconds(1000));
  const auto acknowledged = session.on_request(prack(2), 8);
  EXPECT_EQ(status(acknowledged), 200);
  EXPECT_EQ(find<DisarmSessionTimer>(acknowledged)->timer, SessionTimer::provisional_repeat);
  EXPECT_TRUE(session.on_timer(SessionTimer::provisional_repeat).empty());
}

TEST(reliable_ringing, a_prack_for_something_else_is_481_and_ends_no_repetition) {
  Session session = incoming_reliably();
  session.ring();
  EXPECT_EQ(status(session.on_request(prack(2, 44), 8)), 481);
  EXPECT_EQ(status(session.on_timer(SessionTimer::provisional_repeat)), 180);
  EXPECT_EQ(status(session.on_request(prack(3), 9)), 200);
  EXPECT_EQ(status(session.on_request(prack(4), 10)), 481);
}

TEST(reliable_ringing, without_any_prack_the_call_fails) {
  Session session = incoming_reliably();
  SessionActions actions = session.ring();
  while (find<ArmSessionTimer>(actions) != nullptr)
    actions = session.on_timer(SessionTimer::provisional_repeat);
  EXPECT_EQ(status(actions), 504);
  EXPECT_EQ(event<Failed>(actions)->status, 504);
  EXPECT_TRUE(session.is_over());
}

TEST(reliable_ringing, an_answer_needs_no_prack_before_it_and_its_ack_counts_by_the_invite) {
  Session session = incoming_reliably();
  session.ring();
  EXPECT_EQ(status(session.answer(kLocal)), 200);
  EXPECT_TRUE(session.on_timer(SessionTimer::provisional_repeat).empty());
  EXPECT_EQ(status(session.on_request(prack(2), 8)), 200);  // it was on its way
  EXPECT_NE(event<Acknowledged>(session.on_ack(request("ACK", 1))), nullptr);
}

TEST(reliable_ringing, an_answer_after_the_prack_waits_for_the_ack_of_the_invite) {
  Session session = incoming_reliably();
  session.ring();
  session.on_request(prack(2), 8);
  session.answer(kLocal);
  EXPECT_NE(event<Acknowledged>(session.on_ack(request("ACK", 1))), nullptr);
}

TEST(reliable_ringing, is_left_out_if_it_would_have_to_offer) {
  Session session = incoming_reliably("");
  EXPECT_TRUE(session.ring().empty());
  EXPECT_EQ(status(session.answer(kLocal)), 200);
}

TEST(reliable_ringing, only_for_callers_that_require_it) {
  Message message = invite();
  message.supported = {"100rel"};
  auto session = Session::incoming(setup(), message, 7);
  EXPECT_EQ(find<SendResponse>(session->ring())->headers, "Contact: <sip:tonearm@198.51.100.1:5060>\r\n");
}

// ---- theirs

Message reliable(int code, std::uint32_t rseq, const std::string& tag = "bobs",
                 const std::string& lines = {}) {
  Message message = response(code, tag);
  message.require = {"100rel"};
  message.rseq = rseq;
  if (!lines.empty()) {
    message.content_type = "application/sdp";
    message.body = sdp(lines);
  }
  return message;
}

/// A request of bob's branch while it rings.
Message early_request(const std::string& method, std::uint32_t cseq, const std::string& lines = {}) {
  Message message = request(method, cseq, lines);
  message.call_id = "call-2";
  message.from = {"<sip:bob@203.0.113.5>;tag=bobs", "", "sip:bob@203.0.113.5", "bobs"};
  message.to = {"<sip:tonearm@198.51.100.1>;tag=mine", "", "", "mine"};
  return message;
}

TEST(reliable_provisional, gets_its_prack_in_the_early_dialog) {
  Session session = calling();
  const auto actions = session.on_invite_response(reliable(180, 5));
  EXPECT_NE(event<Ringing>(actions), nullptr);
  ASSERT_EQ(method(actions), "PRACK");
  const OutgoingRequest& sent = find<SendRequest>(actions)->request;
  EXPECT_EQ(sent.uri, "sip:bob@203.0.113.6:5080");
  EXPECT_NE(sent.headers.find("RAck: 5 1 INVITE\r\n"), std::string::npos);
  EXPECT_NE(sent.headers.find("CSeq: 2 PRACK\r\n"), std::string::npos);
  EXPECT_NE(sent.headers.find(";tag=bobs\r\n"), std::string::npos);
}

TEST(reliable_provisional, a_challenge_to_its_prack_is_answered_in_its_branch) {
  Session session = calling();
  session.on_invite_response(reliable(180, 5));
  session.on_invite_response(reliable(180, 900, "other"));
  Message challenge = response(407);
  challenge.method = "PRACK";
  challenge.cseq = 2;
  EXPECT_EQ(session.target_of(challenge), "sip:bob@203.0.113.6:5080");
  const auto actions = session.authorize_prack(challenge, "Proxy-Authorization: Digest x\r\n");
  ASSERT_EQ(method(actions), "PRACK");
  const std::string& headers = find<SendRequest>(actions)->request.headers;
  EXPECT_NE(headers.find("RAck: 5 1 INVITE\r\nProxy-Authorization: Digest x\r\n"), std::string::npos);
  EXPECT_NE(headers.find("CSeq: 4 PRACK\r\n"), std::string::npos);
  session.on_invite_response(response(200));
  EXPECT_TRUE(session.authorize_prack(challenge, "Proxy-Authorization: Digest x\r\n").empty());
}

TEST(reliable_provisional, a_repeated_one_or_one_out_of_order_is_not_looked_at) {
  Session session = calling();
  session.on_invite_response(reliable(180, 5));
  EXPECT_TRUE(session.on_invite_response(reliable(180, 5)).empty());
  EXPECT_TRUE(session.on_invite_response(reliable(183, 7)).empty());
  EXPECT_EQ(method(session.on_invite_response(reliable(183, 6))), "PRACK");
}

TEST(reliable_provisional, branches_count_for_themselves) {
  Session session = calling();
  session.on_invite_response(reliable(180, 5));
  const auto other = session.on_invite_response(reliable(180, 900, "other"));
  ASSERT_EQ(method(other), "PRACK");
  EXPECT_NE(find<SendRequest>(other)->request.headers.find("CSeq: 3 PRACK\r\n"), std::string::npos);
}

TEST(reliable_provisional, the_ack_counts_by_the_invite_and_the_bye_after_the_pracks) {
  Session session = calling();
  session.on_invite_response(reliable(180, 5));
  session.on_invite_response(response(200));
  const auto answered = session.acknowledge();
  EXPECT_NE(find<SendAck>(answered)->request.headers.find("CSeq: 1 ACK\r\n"), std::string::npos);
  EXPECT_NE(find<SendRequest>(session.hang_up())->request.headers.find("CSeq: 3 BYE\r\n"), std::string::npos);
}

TEST(reliable_provisional, the_bye_to_a_second_branch_counts_after_its_prack) {
  Session session = calling();
  session.on_invite_response(reliable(180, 5));
  session.on_invite_response(reliable(180, 900, "other"));
  session.on_invite_response(response(200));
  const auto actions = session.on_invite_response(response(200, "other"));
  const auto* drop = find<DropBranch>(actions);
  ASSERT_NE(drop, nullptr);
  EXPECT_NE(drop->ack.headers.find("CSeq: 1 ACK\r\n"), std::string::npos);
  ASSERT_TRUE(drop->bye);
  EXPECT_NE(drop->bye->headers.find("CSeq: 4 BYE\r\n"), std::string::npos);
}

TEST(reliable_provisional, of_a_target_that_was_given_up_counts_for_nothing_at_the_next) {
  Session session = calling();
  session.on_invite_response(reliable(183, 5, "bobs", "m=audio 6000 RTP/AVP 0\r\n"));
  session.invite(setup(), invitation());
  Message ok = response(200);
  ok.cseq = 3;
  ok.body.clear();
  EXPECT_EQ(event<Failed>(session.on_invite_response(ok))->status,
            488);  // nobody there has answered the offer
}

TEST(reliable_provisional, its_answer_stands_for_a_2xx_without_a_description) {
  Session session = calling();
  session.on_invite_response(reliable(183, 5, "bobs", "m=audio 6000 RTP/AVP 0\r\n"));
  Message ok = response(200);
  ok.body.clear();
  const auto actions = session.on_invite_response(ok);
  ASSERT_NE(event<Answered>(actions), nullptr);
  EXPECT_EQ(event<Answered>(actions)->media.remote_rtp.port, 6000);
}

// ---- UPDATE before the 2xx

TEST(early_update, moves_the_target_before_the_call_is_answered) {
  Session session = incoming();
  Message moved = request("UPDATE", 2);
  moved.contact->uri = "sip:ada@203.0.113.9:5099";
  EXPECT_EQ(status(session.on_request(moved, 8)), 200);
  session.answer(kLocal);
  session.on_ack(request("ACK", 1));
  EXPECT_EQ(find<SendRequest>(session.hang_up())->request.uri, "sip:ada@203.0.113.9:5099");
}

TEST(early_update, an_offer_while_the_first_one_is_open_may_be_made_again_later) {
  Session session = incoming();
  const auto actions = session.on_request(request("UPDATE", 2, kAudio), 8);
  EXPECT_EQ(status(actions), 500);
  EXPECT_NE(find<SendResponse>(actions)->headers.find("Retry-After: "), std::string::npos);
}

TEST(early_update, of_a_callee_whose_answer_came_reliably_is_answered) {
  Session session = calling();
  session.on_invite_response(reliable(183, 5, "bobs", "m=audio 6000 RTP/AVP 0\r\n"));
  const Message update = early_request("UPDATE", 1, "m=audio 7000 RTP/AVP 0\r\n");
  ASSERT_TRUE(session.owns(update));
  const auto actions = session.on_request(update, 9);
  EXPECT_EQ(status(actions), 200);
  EXPECT_NE(find<SendResponse>(actions)->sdp.find("m=audio 20000"), std::string::npos);
  ASSERT_NE(event<Ringing>(actions), nullptr);
  EXPECT_EQ(event<Ringing>(actions)->early->remote_rtp.port, 7000);
  Message ok = response(200);
  ok.body.clear();
  EXPECT_EQ(event<Answered>(session.on_invite_response(ok))->media.remote_rtp.port, 7000);
  EXPECT_EQ(status(session.on_request(early_request("BYE", 1), 10)), 500);  // the count went on
  EXPECT_EQ(status(session.on_request(early_request("BYE", 2), 11)), 200);
}

TEST(early_update, of_a_callee_that_has_not_answered_our_offer_is_glare) {
  Session session = calling();
  session.on_invite_response(reliable(180, 5));
  EXPECT_EQ(status(session.on_request(early_request("UPDATE", 1, kAudio), 9)), 491);
  EXPECT_EQ(status(session.on_request(early_request("UPDATE", 2), 10)), 200);
}

TEST(early_update, of_nobody_we_know_is_refused) {
  Session session = calling();
  const Message update = early_request("UPDATE", 1, kAudio);
  EXPECT_FALSE(session.owns(update));
  EXPECT_EQ(status(session.on_request(update, 9)), 481);
}

TEST(early_requests, a_callee_that_rings_can_neither_hang_up_nor_invite) {
  Session session = calling();
  session.on_invite_response(response(180));
  EXPECT_EQ(status(session.on_request(early_request("BYE", 1), 9)), 481);
  EXPECT_EQ(status(session.on_request(early_request("INVITE", 2, kAudio), 10)), 491);
}

}  // namespace
}  // namespace tonearm::sip
