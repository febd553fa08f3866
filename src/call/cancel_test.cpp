// operations.md §2, as far as it is the domain's.

#include "call/cancel.hpp"

#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

using Reasons = std::vector<EndReason>;
using Ids = std::vector<OperationId>;
using Numbers = std::vector<OperationNumber>;

CancelCommand cancelling(CancelScope scope) {
  return {{}, scope, {}};
}
CancelCommand cancelling(OperationId id) {
  return {{}, CancelScope::all, id};
}

TEST(Cancel, stops_before_it_answers_and_answers_after_the_acknowledgement) {
  Scene scene;
  const auto first = scene.with_audio().sounding_play();
  const auto second = scene.play();
  const RequestId request = scene.command(CancelCommand{"a-context", CancelScope::all, {}});
  EXPECT_EQ(scene.last<StopOperations>()->numbers, (Numbers{first.number, second.number}));
  EXPECT_FALSE(scene.answered(request));
  scene.now += base::microseconds(150);
  scene.acknowledge();
  const auto cancel = scene.operation(request);
  EXPECT_EQ(cancel.kind, OperationKind::cancel_media_processing);
  EXPECT_EQ(cancel.status, OperationStatus::completed);
  EXPECT_EQ(cancel.client_context, "a-context");
  EXPECT_EQ(cancel.stop_latency, base::microseconds(150));
  EXPECT_EQ(cancel.cancelled, (Ids{first.id, second.id}));
  EXPECT_EQ(scene.reasons(), (Reasons{EndReason::play_cancelled, EndReason::play_cancelled}));
  EXPECT_EQ(scene.endings()[0].media_duration, base::milliseconds(200));
}

TEST(Cancel, can_be_read_by_GET) {
  Scene scene;
  scene.with_audio().sounding_play();
  const RequestId request = scene.command(CancelCommand{});
  scene.acknowledge();
  const OperationId id = scene.operation(request).id;
  ASSERT_TRUE(scene.shown->operations.contains(id));
  EXPECT_EQ(scene.shown->operations.at(id).cancelled, scene.operation(request).cancelled);
}

TEST(Cancel, its_endings_wait_for_its_response_and_for_those_that_created_them) {
  Scene scene;
  scene.with_audio().sounding_play();
  const RequestId created(2);
  const RequestId request = scene.command(CancelCommand{});
  scene.acknowledge();
  EXPECT_EQ(scene.notifications.back().behind, (std::vector{created, request}));
}

TEST(Cancel, commits_answer_endings_and_notifications_in_one_step) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.command(CancelCommand{});
  const auto stop = *scene.last<StopOperations>();
  const Step step = scene.feed(MediaInput{Scene::kLeg, StopAcknowledged{stop.stop, scene.now, {}}});
  EXPECT_EQ(step.rows.operations.size(), 2u);
  EXPECT_EQ(step.notifications.size(), 1u);
  EXPECT_EQ(step.effects.after_commit.size(), 2u);
}

TEST(Cancel, of_nothing_is_the_same_200_without_a_notification) {
  Scene scene;
  scene.with_audio();
  const auto before = scene.notifications.size();
  const auto cancel = scene.operation(scene.command(CancelCommand{}));
  EXPECT_EQ(cancel.status, OperationStatus::completed);
  EXPECT_EQ(cancel.stop_latency, base::microseconds(0));
  EXPECT_TRUE(cancel.cancelled.empty());
  EXPECT_EQ(scene.notifications.size(), before);
}

TEST(Cancel, an_operation_that_ended_by_itself_first_stays_as_it_ended_and_those_behind_are_cancelled) {
  Scene scene;
  const auto first = scene.with_audio().sounding_play();
  const auto second = scene.play();
  const RequestId request = scene.command(CancelCommand{});
  scene.finished(first.number);
  scene.media_says(
      StopAcknowledged{scene.last<StopOperations>()->stop, {}, {{first.number, StopOutcome::nothing, {}}}});
  EXPECT_EQ(scene.operation(request).cancelled, Ids{second.id});
  EXPECT_EQ(scene.reasons(), (Reasons{EndReason::play_finished, EndReason::play_cancelled}));
}

TEST(Cancel, of_a_play_whose_last_frame_had_left_is_not_a_cancelled_play) {
  Scene scene;
  const auto view = scene.with_audio().sounding_play();
  const RequestId request = scene.command(CancelCommand{});
  scene.media_says(StopAcknowledged{scene.last<StopOperations>()->stop,
                                    scene.now,
                                    {{view.number, StopOutcome::completed, base::milliseconds(900)}}});
  EXPECT_TRUE(scene.operation(request).cancelled.empty());
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::play_finished});
}

TEST(Cancel, two_at_once_are_both_answered_after_one_stop_and_each_operation_ends_once) {
  Scene scene;
  scene.with_audio().sounding_play();
  const RequestId one = scene.command(CancelCommand{});
  const RequestId two = scene.command(CancelCommand{});
  EXPECT_EQ(scene.count<StopOperations>(), 1);
  EXPECT_FALSE(scene.answered(two));
  scene.acknowledge();
  EXPECT_TRUE(scene.answered(one));
  EXPECT_TRUE(scene.answered(two));
  EXPECT_NE(scene.operation(one).id, scene.operation(two).id);
  EXPECT_EQ(scene.endings().size(), 1u);
  EXPECT_EQ(scene.notifications.back().behind, (std::vector{RequestId(2), one, two}));
}

TEST(Cancel, a_play_after_it_is_not_cancelled_and_starts_after_the_acknowledgement) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.command(CancelCommand{});
  const auto later = scene.play();
  scene.ready(later.number);
  EXPECT_EQ(scene.starts(), Numbers{OperationNumber(1)});
  scene.acknowledge();
  EXPECT_EQ(scene.starts(), (Numbers{OperationNumber(1), later.number}));
  EXPECT_EQ(scene.endings().size(), 1u);
}

TEST(Cancel, no_word_in_500_ms_is_500_and_the_endings_come_when_they_can) {
  Scene scene;
  scene.with_audio().sounding_play();
  const RequestId request = scene.command(CancelCommand{});
  const auto stop = *scene.last<StopOperations>();
  scene.fire(TimerKind::stop_slow, stop.stop.value);
  EXPECT_EQ(scene.refusal(request), CommandFailure::Kind::internal);
  EXPECT_TRUE(scene.endings().empty());
  scene.acknowledge(stop);
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::play_cancelled});
  EXPECT_EQ(scene.state(), CallState::established);
}

TEST(Cancel, no_word_in_2_s_ends_the_call) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.command(CancelCommand{});
  const auto stop = *scene.last<StopOperations>();
  scene.fire(TimerKind::stop_slow, stop.stop.value);
  scene.fire(TimerKind::stop_dead, stop.stop.value);
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::play_cancelled});
  EXPECT_EQ(scene.events().back(), CallEvent::ended);
  EXPECT_EQ(scene.shown->end->reason, CallEndReason::media_failed);
  EXPECT_EQ(scene.count<SignalHangUp>(), 1);
}

TEST(Cancel, in_incoming_and_establishing_is_200) {
  Scene scene;
  EXPECT_EQ(scene.operation(scene.command(CancelCommand{})).status, OperationStatus::completed);
  scene.command(AnswerCommand{});
  ASSERT_EQ(scene.state(), CallState::establishing);
  EXPECT_EQ(scene.operation(scene.command(CancelCommand{})).status, OperationStatus::completed);
}

TEST(Cancel, on_hold_works) {
  Scene scene;
  scene.with_audio().sounding_play();
  MediaDescription held = Scene::media();
  held.remote_hold = true;
  scene.signal(LegMediaChanged{held, {}});
  const RequestId request = scene.command(CancelCommand{});
  scene.acknowledge();
  EXPECT_EQ(scene.operation(request).cancelled.size(), 1u);
}

TEST(Cancel, while_terminating_and_after_is_404) {
  Scene scene;
  scene.with_audio();
  scene.command(DeleteCommand{});
  ASSERT_EQ(scene.state(), CallState::terminating);
  EXPECT_EQ(scene.refusal(scene.command(CancelCommand{})), CommandFailure::Kind::call_not_found);
  scene.close_session();
  EXPECT_EQ(scene.refusal(scene.command(CancelCommand{})), CommandFailure::Kind::call_not_found);
}

TEST(Cancel, leaves_a_tone_subscription_alone) {
  Scene scene;
  scene.with_audio();
  scene.command(SubscribeToToneCommand{});
  scene.media_says(KeyPressed{Tone::t1});
  scene.sounding_play();
  scene.command(CancelCommand{});
  scene.acknowledge();
  scene.media_says(KeyPressed{Tone::pound});
  EXPECT_EQ(scene.shown->tone->sequence_id, 2);
  EXPECT_EQ(scene.events().back(), CallEvent::tone);
}

TEST(Cancel, leaves_sendDtmf_alone) {
  Scene scene;
  scene.with_audio();
  const auto sending = scene.operation(scene.command(SendDtmfCommand{{Tone::t1}, {}, {}}));
  scene.command(CancelCommand{});
  EXPECT_EQ(scene.count<StopOperations>(), 0);
  scene.media_says(DtmfSent{scene.last<SendDtmf>()->number});
  EXPECT_EQ(scene.endings().back().id, sending.id);
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::dtmf_sent});
}

TEST(CancelScope, current_leaves_the_queue_and_the_next_plays_on) {
  Scene scene;
  const auto first = scene.with_audio().sounding_play();
  const auto second = scene.play();
  scene.ready(second.number);
  const RequestId request = scene.command(cancelling(CancelScope::current));
  EXPECT_EQ(scene.last<StopOperations>()->numbers, Numbers{first.number});
  scene.acknowledge();
  EXPECT_EQ(scene.operation(request).cancelled, Ids{first.id});
  scene.started(second.number);
  EXPECT_EQ(scene.status(second), OperationStatus::running);
}

TEST(CancelScope, current_that_ended_by_itself_cancels_nothing) {
  Scene scene;
  const auto first = scene.with_audio().sounding_play();
  const auto second = scene.play();
  scene.ready(second.number);
  const RequestId request = scene.command(cancelling(CancelScope::current));
  scene.finished(first.number);
  scene.started(second.number);
  scene.media_says(
      StopAcknowledged{scene.last<StopOperations>()->stop, {}, {{first.number, StopOutcome::nothing, {}}}});
  EXPECT_TRUE(scene.operation(request).cancelled.empty());
  EXPECT_EQ(scene.status(second), OperationStatus::running);
}

TEST(CancelScope, queued_lets_the_running_one_finish) {
  Scene scene;
  scene.with_audio().sounding_play();
  const auto second = scene.play();
  const RequestId request = scene.command(cancelling(CancelScope::queued));
  scene.acknowledge();
  EXPECT_EQ(scene.operation(request).cancelled, Ids{second.id});
  scene.finished(OperationNumber(1));
  EXPECT_EQ(scene.reasons(), (Reasons{EndReason::play_cancelled, EndReason::play_finished}));
}

TEST(CancelScope, all_after_queued_names_everything_in_queue_order) {
  Scene scene;
  const auto first = scene.with_audio().sounding_play();
  const auto second = scene.play();
  scene.command(cancelling(CancelScope::queued));
  const auto queued = *scene.last<StopOperations>();
  const RequestId request = scene.command(CancelCommand{});
  const auto running = *scene.last<StopOperations>();
  EXPECT_EQ(running.numbers, Numbers{first.number});
  scene.acknowledge(queued, 0);
  EXPECT_FALSE(scene.answered(request));
  scene.acknowledge(running);
  EXPECT_EQ(scene.operation(request).cancelled, (Ids{first.id, second.id}));
}

TEST(CancelScope, an_operation_id_names_that_one_only) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.play();
  const auto third = scene.play();
  scene.command(cancelling(third.id));
  EXPECT_EQ(scene.last<StopOperations>()->numbers, Numbers{third.number});
}

TEST(CancelScope, an_unknown_operation_id_is_404) {
  Scene scene;
  scene.with_audio();
  const RequestId request = scene.command(CancelCommand{
      .client_context = {}, .scope = CancelScope::all, .operation = OperationId(base::Guid::random())});
  EXPECT_EQ(scene.refusal(request), CommandFailure::Kind::operation_not_found);
}

TEST(CancelScope, an_ended_operation_or_another_kind_cancels_nothing) {
  Scene scene;
  const auto play = scene.with_audio().sounding_play();
  scene.finished(play.number);
  const auto subscription = scene.operation(scene.command(SubscribeToToneCommand{}));
  for (const OperationId id : {play.id, subscription.id}) {
    const auto cancel = scene.operation(scene.command(cancelling(id)));
    EXPECT_EQ(cancel.status, OperationStatus::completed);
    EXPECT_TRUE(cancel.cancelled.empty());
  }
}

}  // namespace
}  // namespace tonearm::call
