// operations.md §6: how calls end. design.md §3: in which order.

#include "call/hang_up.hpp"

#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

using Reasons = std::vector<EndReason>;
using enum CallEvent;

CallEndReason end_of(const Scene& scene) {
  EXPECT_TRUE(scene.call->over());
  return scene.shown->end.value_or(CallEnd{}).reason;
}

TEST(HangUp, by_DELETE_is_204_then_terminating_then_the_endings_then_deleted) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.play();
  const RequestId request = scene.command(DeleteCommand{});
  EXPECT_TRUE(scene.accepted(request));
  EXPECT_EQ(scene.events().back(), terminating);
  EXPECT_EQ(scene.notifications.back().behind, std::vector{request});
  EXPECT_EQ(scene.count<SignalHangUp>(), 1);
  EXPECT_EQ(scene.state(), CallState::terminating);
  scene.acknowledge();
  EXPECT_EQ(scene.reasons(), (Reasons{EndReason::play_cancelled, EndReason::play_cancelled}));
  EXPECT_FALSE(scene.call->over()) << "the session is not closed";
  scene.close_session();
  EXPECT_EQ(end_of(scene), CallEndReason::bot_hung_up);
  EXPECT_TRUE(scene.notifications.back().is_call_end());
  EXPECT_EQ(scene.state(), CallState::terminated);
}

TEST(HangUp, by_the_far_end_has_no_terminating) {
  Scene scene;
  scene.with_audio();
  scene.signal(LegHungUp{});
  scene.close_session();
  EXPECT_EQ(end_of(scene), CallEndReason::far_end_hung_up);
  EXPECT_EQ(std::ranges::count(scene.events(), terminating), 0);
  EXPECT_EQ(scene.count<SignalHangUp>(), 0) << "the BYE was answered";
}

TEST(HangUp, by_a_caller_from_a_trunk_is_told_apart) {
  Scene scene(CallPolicy{}, true);
  scene.with_audio();
  scene.signal(LegHungUp{});
  scene.close_session();
  EXPECT_EQ(end_of(scene), CallEndReason::pstn_hung_up);
}

TEST(HangUp, by_DELETE_while_incoming_is_480) {
  Scene scene;
  scene.command(DeleteCommand{});
  EXPECT_EQ(scene.last<SignalReject>()->status, 480);
  EXPECT_EQ(scene.events(), (std::vector{offered, terminating, ended}));
  EXPECT_EQ(end_of(scene), CallEndReason::bot_hung_up);
}

TEST(HangUp, by_DELETE_while_establishing_rejects_what_was_not_answered_yet) {
  Scene scene;
  scene.accepted_by_bot();
  scene.command(AnswerCommand{});
  scene.command(DeleteCommand{});
  EXPECT_EQ(scene.last<SignalReject>()->status, 480);
  EXPECT_EQ(scene.count<CloseMedia>(), 1);
  scene.media_says(SessionOpened{});
  EXPECT_EQ(std::ranges::count_if(scene.committed,
                                  [](const auto& e) { return std::holds_alternative<SignalAnswer>(e); }),
            0);
  scene.close_session();
  EXPECT_TRUE(scene.call->over());
}

TEST(HangUp, by_DELETE_while_terminating_is_404_and_GET_still_shows_the_call) {
  Scene scene;
  scene.with_audio();
  scene.command(DeleteCommand{});
  EXPECT_EQ(scene.refusal(scene.command(DeleteCommand{})), CommandFailure::Kind::call_not_found);
  EXPECT_EQ(scene.refusal(scene.command(KeepAliveCommand{})), CommandFailure::Kind::call_not_found);
  EXPECT_FALSE(scene.shown->gone);
  scene.close_session();
  EXPECT_TRUE(scene.shown->gone);
  EXPECT_EQ(scene.refusal(scene.command(DeleteCommand{})), CommandFailure::Kind::call_not_found);
}

TEST(HangUp, with_a_cancel_pending_ends_its_operations_as_cancelled_the_rest_as_call_ended_and_answers_it) {
  Scene scene;
  scene.with_audio().sounding_record();
  const RequestId cancel = scene.command(CancelCommand{});
  const auto first = *scene.last<StopOperations>();
  scene.record();
  scene.signal(LegHungUp{});
  const auto second = *scene.last<StopOperations>();
  EXPECT_NE(first.stop, second.stop);
  scene.acknowledge(first, 500);
  EXPECT_EQ(scene.operation(cancel).cancelled.size(), 1u);
  scene.acknowledge(second, 0);
  scene.close_session();
  EXPECT_EQ(scene.reasons(),
            (Reasons{EndReason::record_cancelled, EndReason::record_call_ended_without_audio}));
  EXPECT_TRUE(scene.notifications.back().is_call_end());
}

TEST(HangUp, with_a_barge_in_pending_still_answers_the_record_before_it_ends_it) {
  Scene scene;
  scene.with_audio().sounding_play();
  RecordCommand command;
  command.spec.barge_in = true;
  const RequestId request = scene.command(command);
  const auto first = *scene.last<StopOperations>();
  scene.signal(LegHungUp{});
  scene.acknowledge(*scene.last<StopOperations>(), 0);
  EXPECT_EQ(scene.operation(request).kind, OperationKind::record);
  scene.acknowledge(first);
  scene.close_session();
  EXPECT_TRUE(scene.call->over());
  EXPECT_EQ(scene.endings().size(), 2u);
}

TEST(HangUp, a_session_that_is_never_closed_holds_the_end_back_for_2_s_only) {
  Scene scene;
  scene.with_audio();
  scene.signal(LegHungUp{});
  EXPECT_FALSE(scene.call->over());
  scene.fire(TimerKind::record_flush);
  EXPECT_EQ(end_of(scene), CallEndReason::far_end_hung_up);
}

TEST(HangUp, a_stop_that_is_never_acknowledged_ends_operations_and_call_all_the_same) {
  Scene scene;
  scene.with_audio().sounding_play();
  const RequestId cancel = scene.command(CancelCommand{});
  scene.command(DeleteCommand{});
  scene.fire(TimerKind::record_flush);
  EXPECT_EQ(scene.refusal(cancel), CommandFailure::Kind::internal);
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::play_cancelled});
  EXPECT_EQ(end_of(scene), CallEndReason::bot_hung_up);
}

TEST(HangUp, a_session_that_closes_by_itself_ends_the_call) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.close_session();
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::play_cancelled});
  EXPECT_EQ(end_of(scene), CallEndReason::media_failed);
  EXPECT_EQ(scene.count<SignalHangUp>(), 1);
}

struct Cause {
  Input input;
  CallEndReason reason;
};

TEST(HangUp, by_the_server_says_bye_and_why) {
  const std::vector<Cause> causes{
      {TimerFired{{TimerKind::keep_alive, 0}}, CallEndReason::keep_alive_missed},
      {TimerFired{{TimerKind::longest_duration, 0}}, CallEndReason::longest_duration},
      {BotSilent{}, CallEndReason::dead_bot},
      {ServerStopping{}, CallEndReason::server_stopping},
      {MediaInput{Scene::kLeg, MediaLost{}}, CallEndReason::media_lost},
  };
  for (const auto& [input, reason] : causes) {
    Scene scene;
    scene.with_audio();
    scene.feed(input);
    scene.close_session();
    EXPECT_EQ(end_of(scene), reason);
    EXPECT_EQ(scene.count<SignalHangUp>(), 1);
  }
}

TEST(HangUp, by_a_stopping_server_refuses_what_is_incoming_with_503) {
  Scene scene;
  scene.feed(ServerStopping{});
  EXPECT_EQ(scene.last<SignalReject>()->status, 503);
  EXPECT_EQ(end_of(scene), CallEndReason::server_stopping);
}

TEST(HangUp, keepAlive_arms_the_timer_anew) {
  CallPolicy policy;
  policy.keepalive_timeout = base::milliseconds(1'234);
  Scene scene(policy);
  scene.with_audio();
  const auto armed = scene.count<ArmTimer>();
  EXPECT_TRUE(scene.accepted(scene.command(KeepAliveCommand{})));
  EXPECT_EQ(scene.count<ArmTimer>(), armed + 1);
  EXPECT_EQ(scene.last<ArmTimer>()->after, policy.keepalive_timeout);
}

TEST(HangUp, a_disarmed_timer_that_was_on_its_way_is_dropped) {
  Scene scene;
  scene.with_audio();
  scene.fire(TimerKind::answer_deadline);
  EXPECT_EQ(scene.state(), CallState::established);
  EXPECT_EQ(scene.call->stale_inputs(), 1u);
}

TEST(HangUp, nothing_follows_the_end) {
  Scene scene;
  scene.with_audio();
  scene.command(SubscribeToToneCommand{});
  scene.signal(LegHungUp{});
  scene.close_session();
  const auto notifications = scene.notifications.size();
  const auto effects = scene.effects.size();
  scene.signal(LegHungUp{});
  scene.media_says(KeyPressed{Tone::t1});
  scene.media_says(MediaLost{});
  scene.feed(BotSilent{});
  scene.feed(ServerStopping{});
  EXPECT_EQ(scene.notifications.size(), notifications);
  EXPECT_EQ(scene.effects.size(), effects);
}

}  // namespace
}  // namespace tonearm::call
