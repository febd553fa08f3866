#include "sip/session.hpp"

#include <gtest/gtest.h>

#include "sip/test_session.hpp"

namespace tonearm::sip {
namespace {

using namespace sip::testing;
using std::chrono::milliseconds;

// ---- called

TEST(incoming_session, incoming__ring__180_once) {
  Session session = incoming();
  EXPECT_EQ(status(session.ring()), 180);
  EXPECT_TRUE(session.ring().empty());
}

TEST(incoming_session, incoming__answer__200_then_ack_makes_it_audible) {
  Session session = incoming();
  const auto answered = session.answer(kLocal);
  EXPECT_EQ(status(answered), 200);
  EXPECT_NE(find<SendResponse>(answered)->sdp.find("o=tonearm 42 1 IN IP4 198.51.100.1"), std::string::npos);
  EXPECT_EQ(find<ArmSessionTimer>(answered)->after, milliseconds(500));
  const auto acked = session.on_ack(request("ACK", 1));
  ASSERT_NE(event<Acknowledged>(acked), nullptr);
  EXPECT_NE(find<DisarmSessionTimer>(acked), nullptr);
  EXPECT_TRUE(session.on_ack(request("ACK", 1)).empty());
  EXPECT_TRUE(session.answer(kLocal).empty());
}

TEST(incoming_session, unacknowledged__timer__repeats_with_doubling_until_64_t1_then_bye) {
  Session session = incoming();
  session.answer(kLocal);
  std::vector<long> intervals;
  SessionActions actions = session.on_timer(SessionTimer::answer_repeat);
  while (find<RepeatAnswer>(actions) != nullptr) {
    intervals.push_back(find<ArmSessionTimer>(actions)->after.count());
    actions = session.on_timer(SessionTimer::answer_repeat);
  }
  EXPECT_EQ(intervals, (std::vector<long>{1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 500}));
  ASSERT_NE(event<Failed>(actions), nullptr);
  EXPECT_TRUE(event<Failed>(actions)->no_ack);
  EXPECT_EQ(method(actions), "BYE");
}

TEST(incoming_session, incoming__cancel__487) {
  Session session = incoming();
  const auto actions = session.on_cancel();
  EXPECT_EQ(status(actions), 487);
  EXPECT_EQ(find<SendResponse>(actions)->transaction, 7u);
  EXPECT_NE(event<CancelledByCaller>(actions), nullptr);
  EXPECT_NE(find<Finished>(actions), nullptr);
  EXPECT_TRUE(session.answer(kLocal).empty());
}

TEST(incoming_session, answered__cancel__nothing) {
  Session session = incoming();
  session.answer(kLocal);
  EXPECT_TRUE(session.on_cancel().empty());
}

TEST(incoming_session, incoming__reject__its_status_with_a_reason) {
  Session session = incoming();
  const auto actions = session.reject(486, "busy", {});
  EXPECT_EQ(status(actions), 486);
  EXPECT_EQ(find<SendResponse>(actions)->headers, "Warning: 399 tonearm \"busy\"\r\n");
  EXPECT_TRUE(session.is_over());
  Session other = incoming();
  EXPECT_NE(find<SendResponse>(other.reject(302, {}, "sip:bob@example.com"))
                ->headers.find("Contact: <sip:bob@example.com>"),
            std::string::npos);
}

TEST(incoming_session, incoming__bye__487_to_the_invite) {
  Session session = incoming();
  const auto actions = session.on_request(request("BYE", 2), 8);
  EXPECT_EQ(status(actions), 200);
  EXPECT_NE(event<CancelledByCaller>(actions), nullptr);
  EXPECT_NE(find<Finished>(actions), nullptr);
}

TEST(incoming_session, unacknowledged__hang_up__bye_only_after_the_ack) {
  Session session = incoming();
  session.answer(kLocal);
  EXPECT_TRUE(session.hang_up().empty());
  const auto actions = session.on_ack(request("ACK", 1));
  EXPECT_EQ(method(actions), "BYE");
  EXPECT_EQ(find<SessionEvent>(actions), nullptr);
  EXPECT_NE(find<Finished>(session.on_bye_response(200)), nullptr);
}

TEST(incoming_session, established__hang_up__bye_and_any_final_answer_ends_it) {
  for (const int answer : {200, 401, 408, 481, 500}) {
    Session session = established();
    EXPECT_EQ(method(session.hang_up()), "BYE");
    EXPECT_TRUE(session.hang_up().empty());
    EXPECT_TRUE(session.on_bye_response(100).empty());
    EXPECT_NE(find<Finished>(session.on_bye_response(answer)), nullptr) << answer;
  }
}

TEST(incoming_session, leaving__bye__crossed_and_over) {
  Session session = established();
  session.hang_up();
  const auto actions = session.on_request(request("BYE", 2), 8);
  EXPECT_EQ(status(actions), 200);
  EXPECT_EQ(event<HungUp>(actions), nullptr);
  EXPECT_NE(find<Finished>(actions), nullptr);
}

TEST(incoming_session, offers_are_judged_at_once) {
  EXPECT_FALSE(Session::incoming(setup(), invite("m=audio 4000 RTP/AVP 18\r\n"), 7));
  Message broken = invite();
  broken.body = "v=0\r\nm=\r\n";
  EXPECT_FALSE(Session::incoming(setup(), broken, 7));
}

// ---- late offer

TEST(late_offer, the_200_offers_and_the_ack_answers) {
  Session session = incoming("");
  EXPECT_FALSE(session.media());
  EXPECT_NE(find<SendResponse>(session.answer(kLocal))->sdp.find("RTP/AVP 0 8 101"), std::string::npos);
  const auto actions = session.on_ack(request("ACK", 1, "m=audio 4000 RTP/AVP 8\r\n"));
  ASSERT_NE(event<Acknowledged>(actions), nullptr);
  EXPECT_EQ(event<Acknowledged>(actions)->media.codec, call::Codec::pcma);
}

TEST(late_offer, an_ack_without_a_usable_answer_ends_the_call) {
  for (const char* lines : {"", "m=audio 0 RTP/AVP 0\r\n", "m=audio 4000 RTP/AVP 18\r\n"}) {
    Session session = incoming("");
    session.answer(kLocal);
    const auto actions = session.on_ack(request("ACK", 1, lines));
    ASSERT_NE(event<Failed>(actions), nullptr) << lines;
    EXPECT_EQ(method(actions), "BYE");
  }
}

// ---- re-INVITE

TEST(re_invite, hold_and_resume_move_the_version_only_on_change) {
  Session session = established();
  const auto version = [](const SessionActions& actions) {
    const std::string& text = find<SendResponse>(actions)->sdp;
    return text.substr(text.find("o=tonearm 42 ") + 13, 1);
  };
  auto actions = session.on_request(request("INVITE", 2, std::string(kAudio) + "a=sendonly\r\n"), 8);
  ASSERT_NE(event<MediaChanged>(actions), nullptr);
  EXPECT_TRUE(event<MediaChanged>(actions)->media.remote_hold);
  EXPECT_EQ(version(actions), "2");
  session.on_ack(request("ACK", 2));
  actions = session.on_request(request("INVITE", 3, std::string(kAudio) + "a=sendonly\r\n"), 9);
  EXPECT_EQ(event<MediaChanged>(actions), nullptr);
  EXPECT_EQ(version(actions), "2");
  session.on_ack(request("ACK", 3));
  actions = session.on_request(request("INVITE", 4, kAudio), 10);
  EXPECT_FALSE(event<MediaChanged>(actions)->media.remote_hold);
  EXPECT_EQ(version(actions), "3");
}

TEST(re_invite, hold_by_0_0_0_0_keeps_the_address) {
  Session session = established();
  const auto actions =
      session.on_request(request("INVITE", 2, std::string(kAudio) + "c=IN IP4 0.0.0.0\r\n"), 8);
  ASSERT_NE(event<MediaChanged>(actions), nullptr);
  EXPECT_TRUE(event<MediaChanged>(actions)->media.remote_hold);
  EXPECT_EQ(event<MediaChanged>(actions)->media.remote_rtp, (base::Endpoint{"192.0.2.7", 4000}));
}

TEST(re_invite, what_cannot_be_taken_leaves_everything_as_it_was) {
  Session session = established();
  const Dialog before = session.dialog();
  const auto media = session.media();
  Message t38 = request("INVITE", 2, "m=image 4002 udptl t38\r\n");
  t38.contact->uri = "sip:elsewhere@192.0.2.99";
  const auto actions = session.on_request(t38, 8);
  EXPECT_EQ(status(actions), 488);
  EXPECT_EQ(find<SessionEvent>(actions), nullptr);
  EXPECT_EQ(session.media(), media);
  EXPECT_EQ(session.dialog().remote_target, before.remote_target);
  EXPECT_EQ(status(session.on_request(request("INVITE", 3, kAudio), 9)), 200);
}

TEST(re_invite, one_before_the_last_is_acknowledged_is_glare) {
  Session session = established();
  session.on_request(request("INVITE", 2, kAudio), 8);
  EXPECT_EQ(status(session.on_request(request("INVITE", 3, kAudio), 9)), 491);
}

TEST(re_invite, before_the_call_is_answered_is_refused_with_retry_after) {
  Session session = incoming();
  const auto actions = session.on_request(request("INVITE", 2, kAudio), 8);
  EXPECT_EQ(status(actions), 500);
  EXPECT_NE(find<SendResponse>(actions)->headers.find("Retry-After"), std::string::npos);
}

TEST(re_invite, without_offer_gets_ours_and_takes_the_answer_in_the_ack) {
  Session session = established();
  EXPECT_FALSE(find<SendResponse>(session.on_request(request("INVITE", 2), 8))->sdp.empty());
  const auto actions = session.on_ack(request("ACK", 2, "m=audio 4444 RTP/AVP 0\r\n"));
  ASSERT_NE(event<MediaChanged>(actions), nullptr);
  EXPECT_EQ(event<MediaChanged>(actions)->media.remote_rtp.port, 4444);
}

TEST(re_invite, a_new_contact_is_where_the_bye_goes) {
  Session session = established();
  Message moved = request("INVITE", 2, kAudio);
  moved.contact->uri = "sip:ada@203.0.113.9:5099";
  session.on_request(moved, 8);
  session.on_ack(request("ACK", 2));
  const auto actions = session.hang_up();
  EXPECT_EQ(find<SendRequest>(actions)->request.uri, "sip:ada@203.0.113.9:5099");
  EXPECT_EQ(find<SendRequest>(actions)->request.next_hop.port, 5099);
}

TEST(update, with_an_offer_is_answered_without_waiting_for_an_ack) {
  Session session = established();
  const auto actions = session.on_request(request("UPDATE", 2, std::string(kAudio) + "a=inactive\r\n"), 8);
  EXPECT_EQ(status(actions), 200);
  EXPECT_EQ(find<ArmSessionTimer>(actions), nullptr);
  EXPECT_NE(event<MediaChanged>(actions), nullptr);
  EXPECT_TRUE(find<SendResponse>(session.on_request(request("UPDATE", 3), 9))->sdp.empty());
}

TEST(dialog_requests, old_sequence_numbers_and_other_tags_are_refused) {
  Session session = established();
  EXPECT_EQ(status(session.on_request(request("BYE", 1), 8)), 500);
  Message stranger = request("BYE", 2);
  stranger.from.tag = "other";
  EXPECT_EQ(status(session.on_request(stranger, 8)), 481);
  EXPECT_EQ(status(session.on_request(request("MESSAGE", 2), 8)), 405);
  EXPECT_EQ(status(session.on_request(request("BYE", 3), 8)), 200);
}

// ---- calling

TEST(outgoing_session, invite_has_an_offer_and_a_limit) {
  SessionActions actions;
  calling(&actions);
  const OutgoingRequest& invite_sent = find<SendRequest>(actions)->request;
  EXPECT_EQ(invite_sent.method, "INVITE");
  EXPECT_NE(invite_sent.headers.find("From: <sip:tonearm@198.51.100.1>;tag=mine\r\n"), std::string::npos);
  EXPECT_NE(invite_sent.headers.find("CSeq: 1 INVITE\r\n"), std::string::npos);
  EXPECT_NE(invite_sent.body.find("m=audio 20000"), std::string::npos);
  EXPECT_EQ(find<ArmSessionTimer>(actions)->timer, SessionTimer::ringing_limit);
}

TEST(outgoing_session, calling__180__ringing_once) {
  Session session = calling();
  EXPECT_TRUE(session.on_invite_response(response(100)).empty());
  EXPECT_NE(event<Ringing>(session.on_invite_response(response(180))), nullptr);
  EXPECT_TRUE(session.on_invite_response(response(183)).empty());
}

TEST(outgoing_session, calling__2xx__answered_and_when_that_is_stored_ack_to_the_contact) {
  Session session = calling();
  const auto answered = session.on_invite_response(response(200));
  EXPECT_EQ(event<Answered>(answered)->media.remote_rtp.port, 6000);
  EXPECT_EQ(find<SendAck>(answered), nullptr);
  EXPECT_TRUE(session.on_invite_response(response(200)).empty()) << "repeated meanwhile";
  const auto actions = session.acknowledge();
  ASSERT_NE(find<SendAck>(actions), nullptr);
  EXPECT_EQ(find<SendAck>(actions)->request.uri, "sip:bob@203.0.113.6:5080");
  EXPECT_NE(find<SendAck>(actions)->request.headers.find("CSeq: 1 ACK\r\n"), std::string::npos);
  EXPECT_TRUE(session.acknowledge().empty());
  const auto bye = session.hang_up();
  EXPECT_NE(find<SendRequest>(bye)->request.headers.find("CSeq: 2 BYE\r\n"), std::string::npos);
}

TEST(outgoing_session, hung_up_before_the_ack_acknowledges_first) {
  Session session = calling();
  session.on_invite_response(response(200));
  const auto actions = session.hang_up();
  EXPECT_NE(find<SendAck>(actions), nullptr);
  EXPECT_EQ(method(actions), "BYE");
  EXPECT_TRUE(session.acknowledge().empty());
}

TEST(outgoing_session, a_repeated_2xx_gets_its_ack_again) {
  Session session = calling();
  session.on_invite_response(response(200));
  session.acknowledge();
  const auto actions = session.on_invite_response(response(200));
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_NE(find<SendAck>(actions), nullptr);
}

TEST(outgoing_session, a_second_branch_that_answers_is_hung_up_once) {
  Session session = calling();
  session.on_invite_response(response(200));
  const auto actions = session.on_invite_response(response(200, "other"));
  const auto* drop = find<DropBranch>(actions);
  ASSERT_NE(drop, nullptr);
  EXPECT_NE(drop->ack.headers.find("tag=other"), std::string::npos);
  EXPECT_NE(drop->ack.headers.find("CSeq: 1 ACK"), std::string::npos);
  ASSERT_TRUE(drop->bye);
  EXPECT_NE(drop->bye->headers.find("tag=other"), std::string::npos);
  EXPECT_NE(drop->bye->headers.find("CSeq: 2 BYE"), std::string::npos);
  EXPECT_EQ(find<SessionEvent>(actions), nullptr);
  EXPECT_EQ(session.dialog().remote_tag, "bobs");
  const auto again = session.on_invite_response(response(200, "other"));
  EXPECT_FALSE(find<DropBranch>(again)->bye);
}

TEST(outgoing_session, calling__refused__failed_with_its_status) {
  Session session = calling();
  const auto actions = session.on_invite_response(response(486));
  EXPECT_EQ(event<Failed>(actions)->status, 486);
  EXPECT_NE(find<Finished>(actions), nullptr);
}

TEST(outgoing_session, hang_up_cancels_and_the_487_ends_it_silently) {
  Session session = calling();
  EXPECT_NE(find<CancelInvite>(session.hang_up()), nullptr);
  const auto actions = session.on_invite_response(response(487));
  EXPECT_EQ(find<SessionEvent>(actions), nullptr);
  EXPECT_NE(find<Finished>(actions), nullptr);
}

TEST(outgoing_session, a_2xx_that_crosses_our_cancel_gets_ack_and_bye) {
  Session session = calling();
  session.hang_up();
  const auto actions = session.on_invite_response(response(200));
  EXPECT_NE(find<SendAck>(actions), nullptr);
  EXPECT_EQ(method(actions), "BYE");
  EXPECT_EQ(find<SessionEvent>(actions), nullptr);
}

TEST(outgoing_session, ringing_too_long_is_cancelled_as_no_answer) {
  Session session = calling();
  const auto actions = session.on_timer(SessionTimer::ringing_limit);
  EXPECT_NE(find<CancelInvite>(actions), nullptr);
  EXPECT_EQ(event<Failed>(actions)->status, 408);
  EXPECT_NE(find<Finished>(session.on_invite_failed(408, "time-out")), nullptr);
}

TEST(outgoing_session, an_answer_that_cannot_be_used_gets_ack_and_bye) {
  Session session = calling();
  const auto actions = session.on_invite_response(response(200, "bobs", "m=audio 6000 RTP/AVP 18\r\n"));
  EXPECT_NE(find<SendAck>(actions), nullptr);
  EXPECT_EQ(event<Failed>(actions)->status, 488);
  EXPECT_EQ(method(actions), "BYE");
}

// ---- early media

Message provisional(int code, const std::string& tag, const std::string& lines = {}) {
  Message message = response(code, tag);
  message.content_type = lines.empty() ? "" : "application/sdp";
  message.body = lines.empty() ? "" : sdp(lines);
  return message;
}

std::uint16_t early_port(const SessionActions& actions) {
  const auto* ringing = event<Ringing>(actions);
  return ringing == nullptr || !ringing->early ? 0 : ringing->early->remote_rtp.port;
}

TEST(early_media, is_told_with_the_ringing_and_again_only_when_it_changes) {
  Session session = calling();
  EXPECT_EQ(early_port(session.on_invite_response(provisional(183, "a", "m=audio 6000 RTP/AVP 0\r\n"))),
            6000);
  EXPECT_TRUE(session.on_invite_response(provisional(183, "a", "m=audio 6000 RTP/AVP 0\r\n")).empty());
  EXPECT_TRUE(session.on_invite_response(provisional(180, "a")).empty());
  EXPECT_EQ(early_port(session.on_invite_response(provisional(183, "a", "m=audio 6002 RTP/AVP 0\r\n"))),
            6002);
}

TEST(early_media, may_begin_after_the_ringing) {
  Session session = calling();
  const auto ringing = session.on_invite_response(provisional(180, "a"));
  ASSERT_NE(event<Ringing>(ringing), nullptr);
  EXPECT_FALSE(event<Ringing>(ringing)->early);
  EXPECT_EQ(early_port(session.on_invite_response(provisional(183, "a", "m=audio 6000 RTP/AVP 0\r\n"))),
            6000);
}

TEST(early_media, of_another_branch_replaces_what_was_heard) {
  Session session = calling();
  session.on_invite_response(provisional(183, "a", "m=audio 6000 RTP/AVP 0\r\n"));
  EXPECT_EQ(early_port(session.on_invite_response(provisional(183, "b", "m=audio 7000 RTP/AVP 0\r\n"))),
            7000);
}

TEST(early_media, is_kept_for_a_2xx_of_the_same_branch_without_a_description) {
  Session session = calling();
  session.on_invite_response(provisional(183, "a", "m=audio 6000 RTP/AVP 0\r\n"));
  session.on_invite_response(provisional(183, "b", "m=audio 7000 RTP/AVP 0\r\n"));
  const auto actions = session.on_invite_response(provisional(200, "a"));
  ASSERT_NE(event<Answered>(actions), nullptr);
  EXPECT_EQ(event<Answered>(actions)->media.remote_rtp.port, 6000);
}

TEST(early_media, of_one_branch_does_not_answer_for_another) {
  Session session = calling();
  session.on_invite_response(provisional(183, "a", "m=audio 6000 RTP/AVP 0\r\n"));
  const auto actions = session.on_invite_response(provisional(200, "b"));
  EXPECT_EQ(event<Failed>(actions)->status, 488);
  EXPECT_EQ(method(actions), "BYE");
}

TEST(early_media, that_cannot_be_used_does_not_end_the_call) {
  Session session = calling();
  const auto actions = session.on_invite_response(provisional(183, "a", "m=audio 6000 RTP/AVP 18\r\n"));
  ASSERT_NE(event<Ringing>(actions), nullptr);
  EXPECT_FALSE(event<Ringing>(actions)->early);
  EXPECT_NE(event<Answered>(session.on_invite_response(response(200, "a"))), nullptr);
}

// ---- challenges and other targets

TEST(outgoing_session, an_authorized_invite_has_the_next_cseq_and_its_ack_carries_the_line_too) {
  Session session = calling();
  const auto again = session.authorize("Authorization: Digest x\r\n");
  const OutgoingRequest& sent = find<SendRequest>(again)->request;
  EXPECT_NE(sent.headers.find("CSeq: 2 INVITE\r\n"), std::string::npos);
  EXPECT_NE(sent.headers.find("Authorization: Digest x\r\n"), std::string::npos);
  EXPECT_NE(sent.body.find("o=tonearm 42 1 "), std::string::npos);  // the same description
  Message ok = response(200);
  ok.cseq = 2;
  session.on_invite_response(ok);
  const auto actions = session.acknowledge();
  EXPECT_NE(find<SendAck>(actions)->request.headers.find("CSeq: 2 ACK\r\n"), std::string::npos);
  EXPECT_NE(find<SendAck>(actions)->request.headers.find("Authorization: Digest x\r\n"), std::string::npos);
}

TEST(outgoing_session, an_invite_to_another_target_is_a_new_request_of_the_same_call) {
  Session session = calling();
  Invitation other = invitation();
  other.target = "sip:bob@203.0.113.9";
  other.next_hop.host = "203.0.113.9";
  const auto actions = session.invite(setup(), other);
  const OutgoingRequest& sent = find<SendRequest>(actions)->request;
  EXPECT_EQ(sent.uri, "sip:bob@203.0.113.9");
  EXPECT_EQ(sent.next_hop.host, "203.0.113.9");
  EXPECT_NE(sent.headers.find("Call-ID: call-2\r\nCSeq: 2 INVITE\r\n"), std::string::npos);
  EXPECT_NE(sent.headers.find(";tag=mine\r\n"), std::string::npos);
}

TEST(outgoing_session, a_target_that_was_given_up_and_answers_all_the_same_is_hung_up) {
  Session session = calling();
  session.invite(setup(), invitation());
  const auto late = session.on_invite_response(response(200, "late"));  // CSeq 1
  const auto* drop = find<DropBranch>(late);
  ASSERT_NE(drop, nullptr);
  EXPECT_NE(drop->ack.headers.find("CSeq: 1 ACK"), std::string::npos);
  EXPECT_TRUE(drop->bye);
  EXPECT_TRUE(session.on_invite_response(response(486, "late")).empty());
  EXPECT_TRUE(session.is_calling());
}

TEST(outgoing_session, a_call_that_was_given_up_is_not_tried_elsewhere) {
  Session session = calling();
  session.hang_up();
  EXPECT_TRUE(session.invite(setup(), invitation()).empty());
  EXPECT_TRUE(session.authorize("Authorization: Digest x\r\n").empty());
}

TEST(outgoing_session, a_challenged_bye_is_said_again_with_the_answer) {
  Session session = calling();
  session.on_invite_response(response(200));
  session.hang_up();
  const auto again = session.authorize("Proxy-Authorization: Digest x\r\n");
  EXPECT_EQ(method(again), "BYE");
  EXPECT_NE(find<SendRequest>(again)->request.headers.find("CSeq: 3 BYE\r\n"), std::string::npos);
}

TEST(outgoing_session, keys_come_the_way_that_the_peer_is_configured_for) {
  SessionSetup made = setup();
  made.keys = call::KeySource::info;
  SessionActions actions;
  Session session = Session::outgoing(made, invitation(), kLocal, actions);
  EXPECT_EQ(event<Answered>(session.on_invite_response(response(200)))->media.keys, call::KeySource::info);
}

}  // namespace
}  // namespace tonearm::sip
