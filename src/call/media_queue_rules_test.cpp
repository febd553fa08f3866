// operations.md §1, row by row.

#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

using enum OperationStatus;
using Numbers = std::vector<OperationNumber>;

constexpr OperationNumber kFirst{1};
constexpr OperationNumber kSecond{2};
constexpr OperationNumber kThird{3};

TEST(MediaQueueRules, a_play_in_an_idle_queue_runs_at_once) {
  Scene scene;
  const auto view = scene.with_audio().play();
  EXPECT_EQ(view.status, running);
  EXPECT_EQ(view.queue_position, 0u);
  scene.ready(view.number);
  EXPECT_EQ(scene.starts(), Numbers{view.number});
  EXPECT_EQ(scene.status(view), running);
}

TEST(MediaQueueRules, a_play_behind_another_says_running_with_its_position_and_GET_says_not_started) {
  Scene scene;
  scene.with_audio().sounding_play();
  const auto second = scene.play();
  const auto third = scene.play();
  EXPECT_EQ(second.status, running);
  EXPECT_EQ(second.queue_position, 1u);
  EXPECT_EQ(third.queue_position, 2u);
  EXPECT_EQ(scene.status(second), not_started);
  scene.ready(second.number);
  EXPECT_EQ(scene.starts(), (Numbers{kFirst, kSecond})) << "armed while the first still runs";
  scene.finished(kFirst);
  scene.started(second.number);
  EXPECT_EQ(scene.status(second), running);
}

TEST(MediaQueueRules, fetching_begins_when_the_operation_is_accepted) {
  Scene scene;
  scene.establish();
  scene.play();
  scene.play();
  EXPECT_EQ(scene.count<PrefetchOperation>(), 2);
}

TEST(MediaQueueRules, a_play_accepted_before_the_audio_is_active_starts_with_it) {
  Scene scene;
  const auto view = scene.establish().play();
  scene.ready(view.number);
  EXPECT_TRUE(scene.starts().empty());
  scene.signal(LegAcked{Scene::media()});
  EXPECT_EQ(scene.starts(), Numbers{view.number});
}

TEST(MediaQueueRules, a_full_queue_refuses_with_400_and_changes_nothing) {
  CallPolicy policy;
  policy.queue_max = 2;
  Scene scene(policy);
  scene.with_audio().sounding_play();
  scene.play();
  scene.play();
  const auto prefetched = scene.count<PrefetchOperation>();
  EXPECT_EQ(scene.refusal(scene.command(PlayCommand{})), CommandFailure::Kind::bad_request);
  EXPECT_EQ(scene.count<PrefetchOperation>(), prefetched);
  EXPECT_EQ(scene.shown->operations.size(), 3u);
}

TEST(MediaQueueRules, the_next_starts_when_the_running_one_ends_and_endings_come_in_order) {
  Scene scene;
  scene.with_audio().sounding_play();
  const auto second = scene.play();
  scene.ready(second.number);
  scene.finished(kFirst);
  scene.started(kSecond);
  scene.finished(kSecond);
  const auto endings = scene.endings();
  ASSERT_EQ(endings.size(), 2u);
  EXPECT_EQ(endings[0].number, kFirst);
  EXPECT_EQ(endings[1].number, kSecond);
}

TEST(MediaQueueRules, only_one_is_armed_behind_the_running_one) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.play();
  scene.play();
  scene.ready(kSecond);
  scene.ready(kThird);
  EXPECT_EQ(scene.starts(), (Numbers{kFirst, kSecond}));
  scene.finished(kFirst);
  EXPECT_EQ(scene.starts(), (Numbers{kFirst, kSecond, kThird}));
}

TEST(MediaQueueRules, a_later_one_that_is_ready_first_waits_for_its_turn) {
  Scene scene;
  scene.with_audio();
  scene.play();
  scene.play();
  scene.ready(kSecond);
  EXPECT_TRUE(scene.starts().empty());
  scene.ready(kFirst);
  EXPECT_EQ(scene.starts(), (Numbers{kFirst, kSecond}));
}

TEST(MediaQueueRules, a_prompt_that_failed_early_is_told_when_its_turn_comes) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.play();
  scene.play();
  scene.ready(kThird);
  scene.media_says(PromptFailed{kSecond, true, "404"});
  EXPECT_TRUE(scene.endings().empty());
  scene.finished(kFirst);
  EXPECT_EQ(scene.reasons(), (std::vector{EndReason::play_finished, EndReason::prompt_download_failed}));
  EXPECT_EQ(scene.starts().back(), kThird);
}

TEST(MediaQueueRules, a_fetch_that_never_ends_is_given_up) {
  Scene scene;
  scene.with_audio().play();
  scene.fire(TimerKind::prompt_fetch, 1);
  EXPECT_EQ(scene.reasons(), std::vector{EndReason::prompt_download_failed});
}

TEST(MediaQueueRules, barge_in_stops_everything_and_waits_for_the_acknowledgement) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.play();
  RecordCommand command;
  command.spec.barge_in = true;
  const RequestId request = scene.command(command);
  EXPECT_EQ(scene.last<StopOperations>()->numbers, (Numbers{kFirst, kSecond}));
  EXPECT_FALSE(scene.answered(request));
  scene.ready(kThird);
  EXPECT_EQ(scene.starts(), Numbers{kFirst});
  scene.acknowledge();
  EXPECT_EQ(scene.operation(request).kind, OperationKind::record);
  EXPECT_EQ(scene.operation(request).queue_position, 0u);
  EXPECT_EQ(scene.starts(), (Numbers{kFirst, kThird}));
  EXPECT_EQ(scene.reasons(), (std::vector{EndReason::play_cancelled, EndReason::play_cancelled}));
}

TEST(MediaQueueRules, barge_in_with_nothing_to_stop_starts_at_once) {
  Scene scene;
  const auto view = scene.with_audio().record(true);
  EXPECT_EQ(view.kind, OperationKind::record);
  EXPECT_EQ(scene.count<StopOperations>(), 0);
  scene.ready(kFirst);
  EXPECT_EQ(scene.starts(), Numbers{kFirst});
}

TEST(MediaQueueRules, barge_in_without_an_acknowledgement_is_500_and_the_record_never_was) {
  Scene scene;
  scene.with_audio().sounding_play();
  RecordCommand command;
  command.spec.barge_in = true;
  const RequestId request = scene.command(command);
  const auto stop = *scene.last<StopOperations>();
  scene.fire(TimerKind::stop_slow, stop.stop.value);
  EXPECT_EQ(scene.refusal(request), CommandFailure::Kind::internal);
  scene.acknowledge(stop);
  scene.acknowledge();
  EXPECT_EQ(scene.reasons(), std::vector{EndReason::play_cancelled});
  EXPECT_EQ(scene.starts(), Numbers{kFirst});
}

TEST(MediaQueueRules, a_looping_play_has_only_the_cancelled_notification) {
  Scene scene;
  const auto view = scene.with_audio().play(true);
  scene.ready(view.number);
  scene.started(view.number);
  EXPECT_TRUE(std::get<PlaySpec>(scene.last<PrefetchOperation>()->spec).loop);
  scene.command(CancelCommand{});
  scene.acknowledge();
  EXPECT_EQ(scene.reasons(), std::vector{EndReason::play_cancelled});
}

TEST(MediaQueueRules, the_next_does_not_wait_for_the_file_of_a_record) {
  Scene scene;
  scene.with_audio().sounding_record();
  const auto play = scene.play();
  scene.ready(play.number);
  scene.finished(kFirst, EndReason::record_max_duration);
  scene.started(play.number);
  scene.finished(play.number);
  EXPECT_EQ(scene.reasons(), std::vector{EndReason::play_finished});
  scene.media_says(RecordWritten{kFirst, true, {}});
  EXPECT_EQ(scene.reasons(), (std::vector{EndReason::play_finished, EndReason::record_max_duration}));
}

TEST(MediaQueueRules, late_and_doubled_reports_are_dropped_and_counted) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.finished(kFirst);
  const auto before = scene.call->stale_inputs();
  scene.ready(kFirst);
  scene.started(kFirst);
  scene.finished(kFirst);
  scene.media_says(StopAcknowledged{StopId(9), {}, {}});
  scene.media_says(RecordWritten{kFirst, true, {}});
  EXPECT_EQ(scene.call->stale_inputs(), before + 5);
  EXPECT_EQ(scene.endings().size(), 1u);
}

TEST(MediaQueueRules, hold_changes_media_but_not_the_state) {
  Scene scene;
  scene.with_audio().sounding_play();
  const auto events = scene.events();
  MediaDescription held = Scene::media();
  held.remote_hold = true;
  held.direction = MediaDirection::send_only;
  scene.signal(LegMediaChanged{held, "dialog"});
  EXPECT_EQ(scene.last<UpdateMedia>()->media, held);
  EXPECT_EQ(scene.state(), CallState::established);
  EXPECT_EQ(scene.events(), events);
}

TEST(MediaQueueRules, a_thousand_undelivered_notifications_refuse_plays_with_429_but_not_keys) {
  Scene scene;
  scene.with_audio();
  scene.command(SubscribeToToneCommand{});
  for (int key = 0; key < 1'000; ++key) scene.media_says(KeyPressed{Tone::t5});
  EXPECT_EQ(scene.refusal(scene.command(PlayCommand{})), CommandFailure::Kind::too_many_requests);
  scene.media_says(KeyPressed{Tone::t6});
  EXPECT_EQ(scene.shown->tone->sequence_id, 1'001);
  scene.feed(NotificationDelivered{scene.notifications.back().number});
  EXPECT_EQ(scene.play().status, running);
}

}  // namespace
}  // namespace tonearm::call
