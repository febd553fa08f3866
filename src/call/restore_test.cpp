#include "call/restore.hpp"

#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

StoredCall stored(const Scene& scene) {
  return {scene.shown, "dialog", scene.notifications.back().number};
}

Step restore(const StoredCall& call) {
  SeededIds ids(3);
  return end_restored(call, {base::TimePoint{}, base::WallTime{}, ids});
}

TEST(Restore, ends_each_unfinished_operation_in_order_then_the_call) {
  Scene scene;
  scene.with_audio();
  const auto done = scene.sounding_play();
  scene.finished(done.number);
  const auto first = scene.play();
  const auto second = scene.record();
  const Step step = restore(stored(scene));
  ASSERT_EQ(step.notifications.size(), 3u);
  const auto& one = std::get<OperationNotice>(step.notifications[0].what).operation;
  const auto& two = std::get<OperationNotice>(step.notifications[1].what).operation;
  EXPECT_EQ(one.id, first.id);
  EXPECT_EQ(two.id, second.id);
  EXPECT_EQ(one.status, OperationStatus::failed);
  EXPECT_EQ(one.ending->reason, EndReason::server_restarted);
  EXPECT_TRUE(step.notifications[2].is_call_end());
  EXPECT_EQ(step.snapshot->end->reason, CallEndReason::server_restarted);
  EXPECT_EQ(step.snapshot->state, CallState::terminated);
}

TEST(Restore, numbers_on_after_the_last_notification_and_waits_for_no_response) {
  Scene scene;
  scene.with_audio().play();
  const auto last = scene.notifications.back().number.value;
  const Step step = restore(stored(scene));
  for (std::size_t at = 0; at < step.notifications.size(); ++at) {
    EXPECT_EQ(step.notifications[at].number.value, last + 1 + at);
    EXPECT_TRUE(step.notifications[at].behind.empty());
  }
}

TEST(Restore, writes_what_it_ends) {
  Scene scene;
  scene.with_audio().play();
  const Step step = restore(stored(scene));
  EXPECT_EQ(step.rows.operations.size(), 1u);
  EXPECT_EQ(step.rows.call, step.snapshot);
  EXPECT_TRUE(step.rows.call_over);
  EXPECT_EQ(step.effects.after_commit.size(), step.notifications.size());
  EXPECT_TRUE(step.effects.now.empty());
}

TEST(Restore, of_a_call_that_was_over_does_nothing) {
  Scene scene;
  scene.with_audio();
  scene.signal(LegHungUp{});
  scene.close_session();
  const Step step = restore(stored(scene));
  EXPECT_TRUE(step.notifications.empty());
  EXPECT_FALSE(step.rows.call);
}

}  // namespace
}  // namespace tonearm::call
