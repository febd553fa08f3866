// operations.md §6: incoming calls.

#include "call/incoming.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

using Events = std::vector<CallEvent>;
using enum CallEvent;

Scene scene_with_fallback(std::string fallback) {
  CallPolicy policy;
  policy.fallback = std::move(fallback);
  return Scene(policy);
}

TEST(Incoming, is_offered_to_the_bot_and_its_rows_are_stored) {
  SeededIds ids(1);
  IncomingInvite invite;
  invite.leg = {CallId(ids.guid()), LegId(1)};
  invite.dialog = "dialog";
  const auto [call, step] = Call::incoming(invite, {Owner{}, CallPolicy{}, "http://127.0.0.1:9000/api/calls"},
                                           {base::TimePoint{}, base::WallTime{}, ids});
  EXPECT_EQ(step.number, 1u);
  EXPECT_EQ(step.rows.call, step.snapshot);
  EXPECT_THAT(step.rows.dialogs, ::testing::ElementsAre(DialogRow{LegId(1), "dialog"}));
  ASSERT_EQ(step.notifications.size(), 1u);
  EXPECT_EQ(step.notifications[0].number, NotificationNumber(1));
  EXPECT_EQ(step.snapshot->state, CallState::incoming);
}

TEST(Incoming, rings_when_the_bot_has_accepted_the_offer_and_only_once) {
  Scene scene;
  EXPECT_EQ(scene.count<SignalRinging>(), 0);
  scene.accepted_by_bot();
  scene.accepted_by_bot();
  EXPECT_EQ(scene.count<SignalRinging>(), 1);
}

TEST(Incoming, answered_is_establishing_with_the_202_then_established_then_audio_active_each_once) {
  Scene scene;
  scene.accepted_by_bot();
  const RequestId request = scene.command(AnswerCommand{});
  EXPECT_TRUE(scene.accepted(request));
  EXPECT_EQ(scene.state(), CallState::establishing);
  EXPECT_EQ(scene.events(), (Events{offered, establishing}));
  EXPECT_EQ(scene.notifications.back().behind, std::vector{request});
  scene.media_says(SessionOpened{});
  EXPECT_EQ(scene.events(), (Events{offered, establishing, established}));
  EXPECT_FALSE(scene.shown->audio_active);
  scene.signal(LegAcked{Scene::media()});
  scene.signal(LegAcked{Scene::media()});
  EXPECT_EQ(scene.events(), (Events{offered, establishing, established, audio_active}));
}

TEST(Incoming, is_established_only_when_the_200_has_left) {
  Scene scene;
  scene.accepted_by_bot();
  scene.command(AnswerCommand{});
  scene.hold_commits = true;
  scene.media_says(SessionOpened{});
  EXPECT_TRUE(std::holds_alternative<SignalAnswer>(scene.committed.back()));
  EXPECT_EQ(scene.state(), CallState::establishing);
  scene.feed(StepCommitted{scene.held.back()});
  EXPECT_EQ(scene.state(), CallState::established);
}

TEST(Incoming, an_ack_that_overtakes_the_word_of_the_commit_is_established_and_active) {
  Scene scene;
  scene.accepted_by_bot();
  scene.command(AnswerCommand{});
  scene.hold_commits = true;
  scene.media_says(SessionOpened{});
  scene.signal(LegAcked{Scene::media()});
  EXPECT_EQ(scene.events(), (Events{offered, establishing, established, audio_active}));
  scene.feed(StepCommitted{scene.held.front()});
  EXPECT_EQ(scene.events().size(), 4u);
}

TEST(Incoming, a_late_offer_brings_its_media_with_the_ack) {
  Scene scene(CallPolicy{}, false, true);
  scene.establish();
  EXPECT_FALSE(scene.last<OpenMedia>()->media);
  scene.signal(LegAcked{Scene::media(5'000)});
  EXPECT_EQ(scene.last<UpdateMedia>()->media.remote_rtp.port, 5'000);
  EXPECT_TRUE(scene.shown->audio_active);
}

TEST(Incoming, the_answer_names_where_notifications_go_and_what_to_prefetch) {
  Scene scene;
  scene.accepted_by_bot();
  scene.command(
      AnswerCommand{"http://127.0.0.1:9000/here", {{"http://127.0.0.1:9000/a.wav", "a", 1}}, {"audio"}});
  EXPECT_EQ(scene.notifications.back().call->callback_uri, "http://127.0.0.1:9000/here");
  EXPECT_EQ(scene.last<WarmPrompt>()->prompt.resource_id, "a");
}

TEST(Incoming, not_accepted_in_5_s_goes_to_the_fallback_status) {
  Scene scene = scene_with_fallback("503");
  scene.fire(TimerKind::bot_acceptance);
  EXPECT_EQ(scene.last<SignalReject>()->status, 503);
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::fallback);
  EXPECT_EQ(scene.events(), (Events{offered, ended}));
}

TEST(Incoming, not_accepted_in_5_s_goes_to_the_fallback_address) {
  Scene scene = scene_with_fallback("sip:desk@example.com");
  scene.fire(TimerKind::bot_acceptance);
  EXPECT_EQ(scene.last<SignalReject>()->status, 302);
  EXPECT_EQ(scene.last<SignalReject>()->redirect_to, "sip:desk@example.com");
}

TEST(Incoming, not_accepted_in_5_s_without_fallback_waits_for_the_answer_time) {
  Scene scene;
  scene.fire(TimerKind::bot_acceptance);
  EXPECT_EQ(scene.state(), CallState::incoming);
  scene.fire(TimerKind::answer_deadline);
  EXPECT_EQ(scene.last<SignalReject>()->status, 480);
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::not_decided_in_time);
}

TEST(Incoming, refused_by_the_webhook_for_good_counts_as_not_accepted_at_once) {
  Scene with = scene_with_fallback("503");
  with.feed(NotificationParked{NotificationNumber(1)});
  EXPECT_EQ(with.shown->end->reason, CallEndReason::fallback);
  Scene without;
  without.feed(NotificationParked{NotificationNumber(1)});
  EXPECT_EQ(without.last<SignalReject>()->status, 480);
  EXPECT_EQ(without.events().back(), ended);
}

TEST(Incoming, nothing_decided_within_the_answer_time_is_480_and_deleted) {
  Scene scene;
  scene.accepted_by_bot();
  scene.fire(TimerKind::answer_deadline);
  EXPECT_EQ(scene.last<SignalReject>()->status, 480);
  EXPECT_EQ(scene.events(), (Events{offered, ended}));
}

TEST(Incoming, reject_none_is_480_busy_486_forbidden_403) {
  for (const auto& [reason, status] : {std::pair(RejectReason::none, 480), std::pair(RejectReason::busy, 486),
                                       std::pair(RejectReason::forbidden, 403)}) {
    Scene scene;
    scene.accepted_by_bot();
    const RequestId request = scene.command(RejectCommand{reason, {}});
    EXPECT_TRUE(scene.accepted(request));
    EXPECT_EQ(scene.last<SignalReject>()->status, status);
    EXPECT_EQ(scene.shown->end, (CallEnd{CallEndReason::rejected, status, {}}));
    EXPECT_EQ(scene.notifications.back().behind, std::vector{request});
  }
}

TEST(Incoming, answer_and_reject_outside_incoming_are_400) {
  Scene scene;
  scene.with_audio();
  EXPECT_EQ(scene.refusal(scene.command(AnswerCommand{})), CommandFailure::Kind::bad_request);
  EXPECT_EQ(scene.refusal(scene.command(RejectCommand{})), CommandFailure::Kind::bad_request);
}

TEST(Incoming, play_record_and_subscribe_before_established_are_400) {
  Scene scene;
  scene.accepted_by_bot();
  scene.command(AnswerCommand{});
  for (const Command& command : {Command(PlayCommand{}), Command(RecordCommand{}),
                                 Command(SubscribeToToneCommand{}), Command(SendDtmfCommand{})}) {
    EXPECT_EQ(scene.refusal(scene.command(command)), CommandFailure::Kind::bad_request);
  }
  EXPECT_TRUE(scene.shown->operations.empty());
}

TEST(Incoming, a_caller_who_gives_up_ends_it_without_a_reject) {
  for (const bool answered : {false, true}) {
    Scene scene;
    scene.accepted_by_bot();
    if (answered) scene.command(AnswerCommand{});
    scene.signal(LegCancelled{});
    if (answered) scene.close_session();
    EXPECT_EQ(scene.shown->end->reason, CallEndReason::caller_gave_up);
    EXPECT_EQ(scene.count<SignalReject>() + scene.count<SignalHangUp>(), 0);
  }
}

TEST(Incoming, without_a_port_for_its_media_is_503) {
  Scene scene;
  scene.accepted_by_bot();
  scene.command(AnswerCommand{});
  scene.media_says(SessionFailed{"no port"});
  EXPECT_EQ(scene.last<SignalReject>()->status, 503);
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::media_failed);
}

TEST(Incoming, without_a_word_of_the_media_engine_is_503) {
  Scene scene;
  scene.accepted_by_bot();
  scene.command(AnswerCommand{});
  scene.fire(TimerKind::session_open);
  EXPECT_EQ(scene.last<SignalReject>()->status, 503);
  EXPECT_TRUE(scene.call->over());
}

TEST(Incoming, without_an_ack_ends_with_no_ack) {
  Scene scene;
  scene.establish();
  scene.signal(LegFailed{0, true, "no ACK"});
  scene.close_session();
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::no_ack);
}

TEST(Incoming, with_auto_answer_is_answered_without_a_bot_and_held) {
  CallPolicy policy;
  policy.auto_answer = true;
  Scene scene(policy);
  EXPECT_EQ(scene.state(), CallState::establishing);
  scene.media_says(SessionOpened{});
  scene.signal(LegAcked{Scene::media()});
  EXPECT_TRUE(scene.shown->audio_active);
}

TEST(Incoming, without_a_webhook_nobody_is_notified) {
  SeededIds ids(1);
  const Stamp stamp{base::TimePoint{}, base::WallTime{}, ids};
  CallPolicy policy;
  policy.auto_answer = true;
  const auto [call, step] = Call::incoming(IncomingInvite{}, {Owner{}, policy, {}}, stamp);
  EXPECT_TRUE(step.notifications.empty());
}

}  // namespace
}  // namespace tonearm::call
