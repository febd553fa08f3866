// operations.md §4: how operations end, as far as it is the domain's.

#include <gtest/gtest.h>

#include "call/media_operation.hpp"
#include "call/scene.hpp"

namespace tonearm::call {
namespace {

using Reasons = std::vector<EndReason>;

constexpr OperationNumber kFirst{1};

OperationView only_ending(const Scene& scene) {
  const auto endings = scene.endings();
  EXPECT_EQ(endings.size(), 1u);
  return endings.empty() ? OperationView{} : endings.front();
}

TEST(Ending, of_a_play_that_was_all_sent) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.finished(kFirst, EndReason::play_finished, 1'240);
  const auto ending = only_ending(scene);
  EXPECT_EQ(ending.status, OperationStatus::completed);
  EXPECT_EQ(ending.media_duration, base::milliseconds(1'240));
  EXPECT_EQ(scene.notifications.back().behind, std::vector{RequestId(2)});
}

TEST(Ending, of_a_play_whose_download_failed) {
  Scene scene;
  scene.with_audio().play();
  scene.media_says(PromptFailed{kFirst, true, "not found"});
  EXPECT_EQ(only_ending(scene).ending, (OperationEnding{EndReason::prompt_download_failed, "not found"}));
  EXPECT_EQ(only_ending(scene).status, OperationStatus::failed);
}

TEST(Ending, of_a_play_in_an_unreadable_format) {
  Scene scene;
  scene.with_audio().play();
  scene.media_says(PromptFailed{kFirst, false, "not a WAV"});
  EXPECT_EQ(only_ending(scene).ending, (OperationEnding{EndReason::prompt_format_invalid, "not a WAV"}));
}

TEST(Ending, of_a_play_whose_later_prompt_is_unreadable_counts_what_was_sent) {
  Scene scene;
  scene.with_audio().sounding_play();
  scene.finished(kFirst, EndReason::prompt_format_invalid, 700);
  EXPECT_EQ(only_ending(scene).media_duration, base::milliseconds(700));
  EXPECT_EQ(only_ending(scene).status, OperationStatus::failed);
}

TEST(Ending, of_a_record_waits_for_its_file_and_names_it) {
  for (const EndReason reason :
       {EndReason::record_max_duration, EndReason::record_stop_tone, EndReason::record_max_silence}) {
    Scene scene;
    const auto record = scene.with_audio().sounding_record();
    scene.finished(kFirst, reason, 2'000);
    EXPECT_TRUE(scene.endings().empty());
    scene.media_says(RecordWritten{kFirst, true, {}});
    const auto ending = only_ending(scene);
    EXPECT_EQ(ending.ending->reason, reason);
    EXPECT_EQ(ending.status, OperationStatus::completed);
    EXPECT_EQ(ending.media_duration, base::milliseconds(2'000));
    ASSERT_TRUE(ending.recording);
    EXPECT_EQ(ending.recording->location,
              "https://127.0.0.1:8443/tonearm/recordings/" + record.id.to_string());
    EXPECT_EQ(ending.recording->token.size(), 64u);
  }
}

TEST(Ending, of_a_record_in_which_nothing_was_said_has_no_file) {
  Scene scene;
  scene.with_audio().sounding_record();
  scene.finished(kFirst, EndReason::record_initial_silence, 0);
  EXPECT_EQ(only_ending(scene).status, OperationStatus::failed);
  EXPECT_FALSE(only_ending(scene).recording);
}

TEST(Ending, of_a_record_whose_prompt_failed) {
  Scene scene;
  RecordCommand command;
  command.spec.prompt = Prompt{"http://127.0.0.1:9000/a.wav", {}, 1};
  scene.with_audio().command(command);
  EXPECT_TRUE(scene.starts().empty()) << "it waits for its prompt";
  scene.media_says(PromptFailed{kFirst, true, "not found"});
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::record_prompt_failed});
}

TEST(Ending, of_a_cancelled_record_does_not_wait_for_its_file_and_keeps_100_ms_of_audio) {
  for (const int captured : {99, 100}) {
    Scene scene;
    scene.with_audio().sounding_record();
    scene.command(CancelCommand{});
    scene.acknowledge(captured);
    EXPECT_EQ(scene.reasons(), Reasons{EndReason::record_cancelled});
    EXPECT_EQ(only_ending(scene).recording.has_value(), captured == 100);
    EXPECT_EQ(only_ending(scene).media_duration, base::milliseconds(captured));
  }
}

TEST(Ending, of_a_record_at_the_end_of_the_call_keeps_100_ms_of_audio) {
  Scene scene;
  scene.with_audio().sounding_record();
  scene.signal(LegHungUp{});
  scene.acknowledge(100);
  EXPECT_TRUE(scene.endings().empty());
  scene.media_says(RecordWritten{kFirst, true, {}});
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::record_call_ended_with_audio});
  EXPECT_TRUE(only_ending(scene).recording);
}

TEST(Ending, of_a_record_at_the_end_of_the_call_with_less_than_100_ms) {
  Scene scene;
  scene.with_audio().sounding_record();
  scene.signal(LegHungUp{});
  scene.acknowledge(99);
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::record_call_ended_without_audio});
}

TEST(Ending, of_a_record_without_media_and_then_of_the_call) {
  for (const int captured : {50, 4'000}) {
    Scene scene;
    scene.with_audio().sounding_record();
    scene.media_says(MediaLost{});
    scene.acknowledge(captured);
    scene.media_says(RecordWritten{kFirst, true, {}});
    scene.close_session();
    EXPECT_EQ(scene.reasons(), Reasons{captured < 100 ? EndReason::record_media_lost_without_audio
                                                      : EndReason::record_media_lost_with_audio});
    EXPECT_EQ(scene.shown->end->reason, CallEndReason::media_lost);
    EXPECT_EQ(scene.count<SignalHangUp>(), 1);
  }
}

TEST(Ending, of_a_record_whose_file_cannot_be_written) {
  Scene scene;
  scene.with_audio().sounding_record();
  scene.finished(kFirst, EndReason::record_stop_tone);
  scene.media_says(RecordWritten{kFirst, false, "disk full"});
  EXPECT_EQ(only_ending(scene).ending, (OperationEnding{EndReason::record_not_written, "disk full"}));
  EXPECT_FALSE(only_ending(scene).recording);
}

TEST(Ending, of_a_record_whose_file_is_not_written_2_s_after_the_call) {
  Scene scene;
  scene.with_audio().sounding_record();
  scene.finished(kFirst, EndReason::record_stop_tone);
  scene.signal(LegHungUp{});
  scene.close_session();
  EXPECT_FALSE(scene.call->over());
  scene.fire(TimerKind::record_flush);
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::record_not_written});
  EXPECT_TRUE(scene.call->over());
}

TEST(Ending, of_a_file_that_is_written_after_the_session_was_closed) {
  Scene scene;
  scene.with_audio().sounding_record();
  scene.finished(kFirst, EndReason::record_stop_tone);
  scene.signal(LegHungUp{});
  scene.close_session();
  scene.media_says(RecordWritten{kFirst, true, {}});
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::record_stop_tone});
  EXPECT_TRUE(scene.call->over());
}

TEST(Ending, of_a_record_whose_creation_was_not_stored_leaves_no_recording_behind) {
  Scene scene;
  scene.with_audio();
  scene.hold_commits = true;
  const auto record = scene.sounding_record();
  const Step step = scene.feed(CommitFailed{scene.held.back()});
  ASSERT_EQ(step.rows.operations.size(), 1u);
  EXPECT_EQ(step.rows.operations.front().id, record.id);
  EXPECT_FALSE(step.rows.operations.front().recording);
}

TEST(Ending, of_a_record_stores_where_it_will_be_offered_from_its_beginning) {
  Scene scene;
  const auto record = scene.with_audio().sounding_record();
  ASSERT_TRUE(scene.shown->operations.at(record.id).recording);
  EXPECT_EQ(scene.shown->operations.at(record.id).recording->location,
            "https://127.0.0.1:8443/tonearm/recordings/" + record.id.to_string());
}

TEST(Ending, of_a_record_that_finished_before_its_cancel_is_its_own_and_offered) {
  Scene scene;
  const auto record = scene.with_audio().sounding_record();
  const auto request = scene.command(CancelCommand{});
  scene.finished(kFirst, EndReason::record_stop_tone, 900);
  const auto stop = *scene.last<StopOperations>();
  scene.media_says(
      StopAcknowledged{stop.stop, scene.now, {{kFirst, StopOutcome::nothing, base::milliseconds(0)}}});
  EXPECT_TRUE(scene.operation(request).cancelled.empty());
  EXPECT_TRUE(scene.endings().empty()) << "its file is not there yet";
  scene.media_says(RecordWritten{kFirst, true, {}});
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::record_stop_tone});
  EXPECT_TRUE(scene.shown->operations.at(record.id).recording);
}

TEST(Ending, of_a_cancelled_record_is_not_told_again_when_its_file_is_written) {
  Scene scene;
  scene.with_audio().sounding_record();
  scene.command(CancelCommand{});
  scene.acknowledge(500);
  scene.media_says(RecordWritten{kFirst, true, {}});
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::record_cancelled});
}

TEST(Ending, of_sendDtmf_at_the_end_of_the_call) {
  Scene scene;
  scene.with_audio().command(SendDtmfCommand{{Tone::t1}, {}, {}});
  scene.signal(LegHungUp{});
  scene.close_session();
  EXPECT_EQ(scene.reasons(), Reasons{EndReason::dtmf_call_ended});
  EXPECT_EQ(scene.events().back(), CallEvent::ended);
}

TEST(Ending, stays_readable_until_the_call_ends_and_equals_its_notification) {
  Scene scene;
  const auto play = scene.with_audio().sounding_play();
  scene.finished(kFirst);
  const auto& shown = scene.shown->operations.at(play.id);
  EXPECT_EQ(shown.ending, only_ending(scene).ending);
  EXPECT_EQ(shown.media_duration, only_ending(scene).media_duration);
}

TEST(Ending, echoes_the_client_context) {
  Scene scene;
  scene.with_audio();
  PlayCommand command;
  command.client_context = "caf\u00e9";
  const auto view = scene.operation(scene.command(command));
  EXPECT_EQ(view.client_context, "caf\u00e9");
  scene.ready(kFirst);
  scene.finished(kFirst);
  EXPECT_EQ(only_ending(scene).client_context, "caf\u00e9");
}

}  // namespace
}  // namespace tonearm::call
