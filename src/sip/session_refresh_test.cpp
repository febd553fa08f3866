#include <gtest/gtest.h>

#include "sip/test_session.hpp"

namespace tonearm::sip {
namespace {

using namespace sip::testing;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

struct Caller {
  Refresher refresher = Refresher::uas;
  bool updates = true;
  std::uint32_t seconds = 600;
};

Message timed_invite(const Caller& caller) {
  Message message = invite();
  message.supported = {"timer"};
  message.session_expires = SessionExpires{caller.seconds, caller.refresher};
  if (caller.updates) message.allow = {"INVITE", "ACK", "BYE", "UPDATE"};
  return message;
}

Session timed(const Caller& caller = {}) {
  auto session = Session::incoming(setup(), timed_invite(caller), 7);
  EXPECT_TRUE(session);
  session->answer(kLocal);
  session->on_ack(request("ACK", 1));
  return std::move(*session);
}

/// What is armed, by timer; the last word about each.
std::optional<milliseconds> armed(const SessionActions& actions, SessionTimer timer) {
  std::optional<milliseconds> after;
  for (const auto& action : actions) {
    if (const auto* arm = std::get_if<ArmSessionTimer>(&action); arm != nullptr && arm->timer == timer)
      after = arm->after;
    if (const auto* disarm = std::get_if<DisarmSessionTimer>(&action);
        disarm != nullptr && disarm->timer == timer)
      after.reset();
  }
  return after;
}

Message answer_to(const SessionActions& actions, int code) {
  const std::string& headers = find<SendRequest>(actions)->request.headers;
  Message message = request(method(actions), 0);
  message.is_request = false;
  message.status = code;
  message.cseq = static_cast<std::uint32_t>(std::stoul(headers.substr(headers.find("CSeq: ") + 6)));
  message.from.tag = "near";
  message.to.tag = "far";
  return message;
}

TEST(session_timer, the_200_says_who_refreshes_and_the_timers_run_from_it) {
  auto session = Session::incoming(setup(), timed_invite({}), 7);
  const auto ours = session->answer(kLocal);
  EXPECT_NE(find<SendResponse>(ours)->headers.find("Session-Expires: 600;refresher=uas\r\n"),
            std::string::npos);
  EXPECT_EQ(armed(ours, SessionTimer::refresh), 300s);
  EXPECT_EQ(armed(ours, SessionTimer::expiry), 568s);
  auto other = Session::incoming(setup(), timed_invite({.refresher = Refresher::uac}), 7);
  const auto theirs = other->answer(kLocal);
  EXPECT_NE(
      find<SendResponse>(theirs)->headers.find("Session-Expires: 600;refresher=uac\r\nRequire: timer\r\n"),
      std::string::npos);
  EXPECT_FALSE(armed(theirs, SessionTimer::refresh));
  EXPECT_EQ(armed(theirs, SessionTimer::expiry), 568s);
}

TEST(session_timer, a_caller_that_knows_nothing_of_it_has_none) {
  Session session = incoming();
  const auto actions = session.answer(kLocal);
  EXPECT_EQ(find<SendResponse>(actions)->headers.find("Session-Expires"), std::string::npos);
  EXPECT_FALSE(armed(actions, SessionTimer::expiry));
  session.on_ack(request("ACK", 1));
  EXPECT_TRUE(session.on_timer(SessionTimer::refresh).empty());
}

TEST(session_timer, our_refresh_is_an_update_without_a_description_if_the_far_end_takes_one) {
  Session session = timed();
  const auto sent = session.on_timer(SessionTimer::refresh);
  ASSERT_EQ(method(sent), "UPDATE");
  EXPECT_TRUE(find<SendRequest>(sent)->request.body.empty());
  EXPECT_NE(find<SendRequest>(sent)->request.headers.find("Session-Expires: 600;refresher=uac\r\n"),
            std::string::npos);
  Message ok = answer_to(sent, 200);
  ok.session_expires = SessionExpires{600, Refresher::uac};
  const auto refreshed = session.on_response(ok);
  EXPECT_EQ(armed(refreshed, SessionTimer::refresh), 300s);
  EXPECT_EQ(armed(refreshed, SessionTimer::expiry), 568s);
  EXPECT_EQ(find<SessionEvent>(refreshed), nullptr);
}

TEST(session_timer, our_refresh_is_a_re_invite_that_repeats_our_description_else) {
  auto session = Session::incoming(setup(), timed_invite({.updates = false}), 7);
  const std::string said = find<SendResponse>(session->answer(kLocal))->sdp;
  session->on_ack(request("ACK", 1));
  const auto sent = session->on_timer(SessionTimer::refresh);
  ASSERT_EQ(method(sent), "INVITE");
  EXPECT_EQ(find<SendRequest>(sent)->request.body, said);
  Message ok = answer_to(sent, 200);
  ok.content_type = "application/sdp";
  ok.body = sdp(kAudio);
  const auto refreshed = session->on_invite_response(ok);
  EXPECT_NE(find<SendAck>(refreshed)->request.headers.find("CSeq: 1 ACK\r\n"), std::string::npos);
  EXPECT_EQ(armed(refreshed, SessionTimer::refresh), 300s);
  EXPECT_EQ(find<SessionEvent>(refreshed), nullptr);
  const auto repeated = session->on_invite_response(ok);  // our ACK was lost
  EXPECT_EQ(repeated.size(), 1u);
  EXPECT_NE(find<SendAck>(repeated), nullptr);
}

TEST(session_timer, what_the_answer_to_our_re_invite_changes_is_told) {
  Session session = timed({.updates = false});
  Message ok = answer_to(session.on_timer(SessionTimer::refresh), 200);
  ok.content_type = "application/sdp";
  ok.body = sdp("m=audio 4100 RTP/AVP 0\r\n");
  const auto actions = session.on_invite_response(ok);
  ASSERT_NE(event<MediaChanged>(actions), nullptr);
  EXPECT_EQ(event<MediaChanged>(actions)->media.remote_rtp.port, 4100);
  EXPECT_EQ(event<MediaChanged>(actions)->media.codec, call::Codec::pcmu);
}

TEST(session_timer, an_offer_while_our_re_invite_is_under_way_is_glare_and_one_without_is_not) {
  Session session = timed({.updates = false});
  session.on_timer(SessionTimer::refresh);
  EXPECT_EQ(status(session.on_request(request("INVITE", 2, kAudio), 8)), 491);
  EXPECT_EQ(status(session.on_request(request("UPDATE", 3, kAudio), 9)), 491);
  EXPECT_EQ(status(session.on_request(request("UPDATE", 4), 10)), 200);
}

TEST(session_timer, their_refresh_begins_it_anew) {
  Session session = timed({.refresher = Refresher::uac});
  Message update = request("UPDATE", 2);
  update.supported = {"timer"};
  update.session_expires = SessionExpires{300, Refresher::uac};
  const auto actions = session.on_request(update, 8);
  EXPECT_EQ(status(actions), 200);
  EXPECT_NE(
      find<SendResponse>(actions)->headers.find("Session-Expires: 300;refresher=uac\r\nRequire: timer\r\n"),
      std::string::npos);
  EXPECT_EQ(armed(actions, SessionTimer::expiry), 268s);
  const auto by_invite = session.on_request(request("INVITE", 3, kAudio), 9);  // and this one ends it
  EXPECT_EQ(find<SendResponse>(by_invite)->headers.find("Session-Expires"), std::string::npos);
  EXPECT_FALSE(armed(by_invite, SessionTimer::expiry));
}

TEST(session_timer, nobody_refreshes__bye_and_the_far_end_is_unreachable) {
  for (const Refresher refresher : {Refresher::uac, Refresher::uas}) {
    Session session = timed({.refresher = refresher});
    const auto actions = session.on_timer(SessionTimer::expiry);
    ASSERT_NE(event<Failed>(actions), nullptr);
    EXPECT_EQ(event<Failed>(actions)->status, 0);
    EXPECT_EQ(method(actions), "BYE");
    EXPECT_TRUE(session.on_timer(SessionTimer::expiry).empty());
  }
}

TEST(session_timer, a_refresh_that_meets_no_dialog_ends_the_call) {
  Session session = timed();
  const auto gone = session.on_response(answer_to(session.on_timer(SessionTimer::refresh), 481));
  EXPECT_NE(event<HungUp>(gone), nullptr);
  EXPECT_EQ(method(gone), "BYE");
  Session silent = timed();
  silent.on_timer(SessionTimer::refresh);
  const auto lost = silent.on_request_failed("UPDATE", 408);
  ASSERT_NE(event<Failed>(lost), nullptr);
  EXPECT_EQ(method(lost), "BYE");
}

TEST(session_timer, a_far_end_that_takes_no_update_after_all_gets_a_re_invite) {
  Session session = timed();
  const auto again = session.on_response(answer_to(session.on_timer(SessionTimer::refresh), 405));
  EXPECT_EQ(method(again), "INVITE");
  EXPECT_NE(find<SendRequest>(again)->request.headers.find("CSeq: 2 INVITE\r\n"), std::string::npos);
}

TEST(session_timer, a_refresh_too_brief_for_a_proxy_is_made_again_with_its_minimum) {
  Session session = timed();
  Message refusal = answer_to(session.on_timer(SessionTimer::refresh), 422);
  refusal.min_se = 900;
  EXPECT_EQ(armed(session.on_response(refusal), SessionTimer::refresh), 500ms);
  const auto again = session.on_timer(SessionTimer::refresh);
  EXPECT_NE(
      find<SendRequest>(again)->request.headers.find("Session-Expires: 900;refresher=uac\r\nMin-SE: 900\r\n"),
      std::string::npos);
}

TEST(session_timer, a_refresh_that_is_refused_for_now_is_made_again) {
  Session session = timed();
  EXPECT_EQ(armed(session.on_response(answer_to(session.on_timer(SessionTimer::refresh), 491)),
                  SessionTimer::refresh),
            420ms);  // we did not make the Call-ID: below 2 s
  Message busy = answer_to(session.on_timer(SessionTimer::refresh), 500);
  busy.retry_after = 30;
  EXPECT_EQ(armed(session.on_response(busy), SessionTimer::refresh), 30s);
  session.on_timer(SessionTimer::refresh);
  const auto broken = session.on_request_failed("UPDATE", 503);
  EXPECT_EQ(armed(broken, SessionTimer::refresh), 10s);
  EXPECT_EQ(find<SessionEvent>(broken), nullptr);
}

TEST(session_timer, no_refresh_before_the_last_2xx_of_ours_is_acknowledged) {
  Session session = timed();
  Message hold = request("INVITE", 2, kAudio);
  hold.supported = {"timer"};
  hold.session_expires = SessionExpires{600, Refresher::uas};
  session.on_request(hold, 8);
  const auto later = session.on_timer(SessionTimer::refresh);
  EXPECT_EQ(method(later), "");
  EXPECT_EQ(armed(later, SessionTimer::refresh), 4s);
  session.on_ack(request("ACK", 2));
  EXPECT_EQ(method(session.on_timer(SessionTimer::refresh)), "UPDATE");
}

TEST(session_timer, a_call_that_was_hung_up_meanwhile_still_acknowledges_its_re_invite) {
  Session session = timed({.updates = false});
  const Message ok = answer_to(session.on_timer(SessionTimer::refresh), 200);
  session.hang_up();
  const auto actions = session.on_invite_response(ok);
  EXPECT_NE(find<SendAck>(actions), nullptr);
  EXPECT_FALSE(armed(actions, SessionTimer::refresh));
}

TEST(session_timer, a_challenged_re_invite_is_made_again_with_the_answer_and_so_is_its_ack) {
  Session session = timed({.updates = false});
  const auto first = session.on_timer(SessionTimer::refresh);
  EXPECT_TRUE(session.is_refreshing(answer_to(first, 401).cseq));
  const auto again = session.authorize_refresh("Authorization: Digest x\r\n");
  ASSERT_EQ(method(again), "INVITE");
  EXPECT_NE(find<SendRequest>(again)->request.headers.find("Authorization: Digest x\r\n"), std::string::npos);
  EXPECT_EQ(find<SendRequest>(again)->request.body, find<SendRequest>(first)->request.body);
  EXPECT_FALSE(session.is_refreshing(answer_to(first, 401).cseq));
  const auto accepted = session.on_response(answer_to(again, 200));
  ASSERT_NE(find<SendAck>(accepted), nullptr);
  EXPECT_NE(find<SendAck>(accepted)->request.headers.find("Authorization: Digest x\r\n"), std::string::npos);
}

TEST(session_timer, a_challenge_that_nobody_can_answer_lets_the_refresh_be_made_again) {
  Session session = timed({.updates = false});
  const auto refused = session.on_response(answer_to(session.on_timer(SessionTimer::refresh), 401));
  EXPECT_TRUE(armed(refused, SessionTimer::refresh));
  EXPECT_EQ(method(session.on_timer(SessionTimer::refresh)), "INVITE");
  session.hang_up();
  EXPECT_TRUE(session.authorize_refresh("Authorization: Digest x\r\n").empty());
}

// ---- calls of ours

TEST(session_timer, our_invite_asks_and_the_2xx_says_who_refreshes) {
  SessionActions started;
  Session session = calling(&started);
  EXPECT_NE(find<SendRequest>(started)->request.headers.find(
                "Supported: 100rel, timer\r\nSession-Expires: 1800\r\n"),
            std::string::npos);
  Message ok = response(200);
  ok.session_expires = SessionExpires{1200, Refresher::uac};
  ok.allow = {"UPDATE"};
  const auto actions = session.on_invite_response(ok);
  EXPECT_EQ(armed(actions, SessionTimer::refresh), 600s);
  EXPECT_EQ(method(session.on_timer(SessionTimer::refresh)), "UPDATE");
}

TEST(session_timer, a_2xx_that_says_nothing_leaves_us_without) {
  Session session = calling();
  EXPECT_FALSE(armed(session.on_invite_response(response(200)), SessionTimer::expiry));
}

TEST(session_timer, an_invite_too_brief_for_them_is_made_again_with_their_minimum) {
  Session session = calling();
  Message refusal = response(422);
  refusal.min_se = 3600;
  const auto again = session.on_invite_response(refusal);
  ASSERT_EQ(method(again), "INVITE");
  const std::string& headers = find<SendRequest>(again)->request.headers;
  EXPECT_NE(headers.find("Session-Expires: 3600\r\nMin-SE: 3600\r\n"), std::string::npos);
  EXPECT_NE(headers.find("CSeq: 2 INVITE\r\n"), std::string::npos);
  refusal.cseq = 2;
  EXPECT_EQ(event<Failed>(session.on_invite_response(refusal))->status, 422);  // they contradict themselves
}

TEST(session_timer, an_invite_made_again_with_their_minimum_keeps_its_credentials) {
  Session session = calling();
  session.authorize("Authorization: Digest x\r\n");
  Message refusal = response(422);
  refusal.cseq = 2;
  refusal.min_se = 3600;
  const auto again = session.on_invite_response(refusal);
  ASSERT_EQ(method(again), "INVITE");
  EXPECT_NE(find<SendRequest>(again)->request.headers.find("Authorization: Digest x\r\n"), std::string::npos);
}

}  // namespace
}  // namespace tonearm::sip
