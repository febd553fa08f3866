#include "call/restore.hpp"

#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

StoredCall stored(const Scene& scene) {
  return {scene.shown, {"dialog"}, scene.notifications.back().number};
}

Step restore(const StoredCall& call, const SavedRecordings& saved = {}) {
  SeededIds ids(3);
  return end_restored(call, saved, {base::TimePoint{}, base::WallTime{}, ids});
}

OperationView first_ending(const Step& step) {
  return std::get<OperationNotice>(step.notifications.at(0).what).operation;
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

TEST(Restore, completes_a_record_whose_audio_was_saved_and_offers_it_with_a_new_token) {
  Scene scene;
  const auto record = scene.with_audio().sounding_record();
  const Step step = restore(stored(scene), {{record.id, base::milliseconds(1'500)}});
  const OperationView ending = first_ending(step);
  EXPECT_EQ(ending.status, OperationStatus::completed);
  EXPECT_EQ(ending.ending->reason, EndReason::server_restarted_with_audio);
  EXPECT_EQ(ending.media_duration, base::milliseconds(1'500));
  ASSERT_TRUE(ending.recording);
  EXPECT_EQ(ending.recording->location, "https://127.0.0.1:8443/tonearm/recordings/" + record.id.to_string());
  EXPECT_EQ(ending.recording->token.size(), 64u);
  EXPECT_NE(ending.recording->token, record.recording->token);
  EXPECT_EQ(step.rows.operations.at(0).recording, ending.recording);
}

TEST(Restore, fails_a_record_of_which_less_than_100_ms_or_nothing_was_saved) {
  Scene scene;
  const auto record = scene.with_audio().sounding_record();
  for (const SavedRecordings& saved :
       {SavedRecordings{{record.id, base::milliseconds(99)}}, SavedRecordings{}}) {
    const OperationView ending = first_ending(restore(stored(scene), saved));
    EXPECT_EQ(ending.status, OperationStatus::failed);
    EXPECT_EQ(ending.ending->reason, EndReason::server_restarted);
    EXPECT_FALSE(ending.recording);
  }
}

TEST(Restore, of_a_redirected_call_tells_the_bot_nothing_and_is_its_end) {
  Scene scene;
  scene.accepted_by_bot();
  scene.command(RedirectCommand{{{Party::Kind::user, "ada", "Ada", ""}}, base::seconds(55), false, ""});
  for (const LegId leg : {LegId(1), LegId(2)}) scene.feed(MediaInput{leg, SessionOpened{}});
  scene.feed(SignalInput{LegId(2), LegAnswered{Scene::media(), "dialog"}});
  ASSERT_TRUE(scene.shown->gone);
  const Step step = restore(stored(scene));
  EXPECT_TRUE(step.notifications.empty());
  EXPECT_TRUE(step.rows.call_over);
  EXPECT_EQ(step.rows.call->end->reason, CallEndReason::redirected);
  EXPECT_TRUE(step.rows.call->record.ended);
}

}  // namespace
}  // namespace tonearm::call
