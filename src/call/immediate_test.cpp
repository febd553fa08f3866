#include "call/immediate.hpp"

#include <gtest/gtest.h>

#include "call/scene.hpp"

namespace tonearm::call {
namespace {

TEST(Immediate, a_recording_status_is_completed_in_its_answer_and_told_no_further) {
  Scene scene;
  scene.with_audio();
  const auto before = scene.notifications.size();
  const auto view =
      scene.operation(scene.command(UpdateRecordingStatusCommand{RecordingStatus::recording, "c"}));
  EXPECT_EQ(view.kind, OperationKind::update_recording_status);
  EXPECT_EQ(view.status, OperationStatus::completed);
  EXPECT_EQ(view.client_context, "c");
  EXPECT_EQ(scene.notifications.size(), before);
  EXPECT_TRUE(scene.shown->operations.contains(view.id));
}

TEST(Immediate, before_the_call_is_established_nothing_is_noted) {
  Scene scene;
  scene.accepted_by_bot();
  EXPECT_EQ(scene.refusal(scene.command(UpdateRecordingStatusCommand{})), CommandFailure::Kind::bad_request);
}

TEST(Immediate, what_could_not_be_written_never_was) {
  Scene scene;
  scene.with_audio();
  scene.hold_commits = true;
  const auto request = scene.command(UpdateRecordingStatusCommand{RecordingStatus::failed, {}});
  const auto id = scene.operation(request).id;
  scene.feed(CommitFailed{scene.held.back()});
  EXPECT_FALSE(scene.shown->operations.contains(id));
}

}  // namespace
}  // namespace tonearm::call
