#include "graph/write_operation.hpp"

#include <string>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/notification_renderer.hpp"
#include "graph/test_examples.hpp"

namespace tonearm::graph {
namespace {

using call::EndReason;
using call::OperationKind;
using call::OperationStatus;

const call::CallId kCall = *call::CallId::parse(kCallText);

std::string created(const std::string& type, const std::string& members) {
  return fmt::format(R"({{"@odata.type": "#microsoft.graph.{}", "id": "{}", {}}})", type, kOperationText,
                     members);
}

TEST(WriteOperation, a_play_that_starts_is_running) {
  expect_body(write_created_operation(example_operation(OperationKind::play)),
              created("playPromptOperation", R"("status": "running", "clientContext": "ctx-17")"),
              "created-play");
}

TEST(WriteOperation, a_play_that_waits_says_running_too_and_its_place) {
  auto operation = example_operation(OperationKind::play);
  operation.queue_position = 2;
  const std::string expected =
      created("playPromptOperation",
              R"("status": "running", "clientContext": "ctx-17", "@tonearm.queuePosition": 2)");
  expect_body(write_created_operation(operation), expected, "created-play-queued");
  operation.status = OperationStatus::not_started;
  expect_body(write_created_operation(operation), expected, "created-play-not-started");
}

TEST(WriteOperation, without_a_client_context_the_answer_has_null) {
  auto operation = example_operation(OperationKind::play);
  operation.client_context.reset();
  expect_body(write_created_operation(operation),
              created("playPromptOperation", R"("status": "running", "clientContext": null)"),
              "created-play-no-context");
}

TEST(WriteOperation, a_records_answer_has_its_members_empty) {
  expect_body(write_created_operation(example_operation(OperationKind::record)),
              created("recordOperation", R"("status": "running", "clientContext": "ctx-17",
                "resultInfo": null, "recordingLocation": null, "recordingAccessToken": null)"),
              "created-record");
}

TEST(WriteOperation, a_tone_subscription_is_complete_at_once) {
  auto operation = example_operation(OperationKind::subscribe_to_tone);
  operation.status = OperationStatus::completed;
  operation.ending = call::OperationEnding{};
  expect_body(write_created_operation(operation),
              created("subscribeToToneOperation", R"("status": "completed", "clientContext": "ctx-17")"),
              "created-subscribe");
}

call::OperationView cancel_example() {
  auto operation = example_operation(OperationKind::cancel_media_processing);
  operation.status = OperationStatus::completed;
  operation.ending = call::OperationEnding{};
  operation.number = {};
  operation.stop_latency = std::chrono::microseconds(87);
  operation.cancelled = {*call::OperationId::parse("00000000-0000-4000-8000-000000000302"),
                         *call::OperationId::parse("00000000-0000-4000-8000-000000000301")};
  return operation;
}

constexpr std::string_view kCancelMembers = R"("status": "completed", "clientContext": "ctx-17",
  "@tonearm.stopMicroseconds": 87,
  "@tonearm.cancelled": ["00000000-0000-4000-8000-000000000302", "00000000-0000-4000-8000-000000000301"])";

TEST(WriteOperation, a_cancel_says_how_long_it_took_and_what_it_ended_in_order) {
  expect_body(write_created_operation(cancel_example()),
              created("cancelMediaProcessingOperation", std::string(kCancelMembers)), "created-cancel");
}

TEST(WriteOperation, a_cancel_of_nothing_says_so) {
  auto operation = cancel_example();
  operation.stop_latency.reset();
  operation.cancelled.clear();
  expect_body(write_created_operation(operation),
              created("cancelMediaProcessingOperation", R"("status": "completed",
                "clientContext": "ctx-17", "@tonearm.stopMicroseconds": 0, "@tonearm.cancelled": [])"),
              "created-cancel-nothing");
}

std::string context(std::string_view base = kBase) {
  return fmt::format(R"("@odata.context": "{}/$metadata#communications/calls('{}')/operations/$entity")",
                     base, kCallText);
}

TEST(WriteOperation, a_cancel_is_read_as_it_was_answered) {
  expect_body(write_operation(cancel_example(), kCall, kBase),
              created("cancelMediaProcessingOperation", context() + ", " + std::string(kCancelMembers)),
              "v1.0-get-cancel");
}

TEST(WriteOperation, an_operation_that_waits_is_read_as_not_started_and_one_that_runs_as_running) {
  auto operation = example_operation(OperationKind::play);
  operation.status = OperationStatus::not_started;
  operation.queue_position = 1;
  operation.client_context.reset();
  const std::string beta = "https://calls.example.com/beta";
  expect_body(write_operation(operation, kCall, beta),
              created("playPromptOperation", context(beta) + R"(, "status": "notStarted",
                "clientContext": null, "@tonearm.queuePosition": 1)"),
              "beta-get-play-waiting");
  operation.status = OperationStatus::running;
  expect_body(
      write_operation(operation, kCall, beta),
      created("playPromptOperation", context(beta) + R"(, "status": "running", "clientContext": null)"),
      "beta-get-play-running");
}

TEST(WriteOperation, a_finished_operation_equals_its_notification_but_for_the_context) {
  for (const auto kind : {OperationKind::play, OperationKind::record, OperationKind::send_dtmf}) {
    auto operation = ended_example(kind, EndReason::server_restarted, false);
    operation.client_context.reset();
    auto read = boost::json::parse(write_operation(operation, kCall, kBase));
    EXPECT_EQ(read.as_object().erase("@odata.context"), 1U);
    const auto told = boost::json::parse(NotificationRenderer().render(operation_notice(operation)));
    EXPECT_EQ(read, told.at_pointer("/value/0/resourceData"));
  }
}

TEST(WriteOperation, a_record_that_runs_does_not_say_where_it_will_be_offered) {
  auto operation = example_operation(OperationKind::record);
  operation.recording = call::RecordingAccess{"https://calls.example.com/tonearm/recordings/1", "secret-1"};
  for (const auto& body : {write_created_operation(operation), write_operation(operation, kCall, kBase)}) {
    EXPECT_EQ(body.find("secret-1"), std::string::npos) << body;
    EXPECT_EQ(body.find("tonearm/recordings"), std::string::npos) << body;
  }
}

TEST(WriteOperation, a_record_with_audio_equals_its_notification_but_for_the_context) {
  for (const auto reason :
       {EndReason::record_stop_tone, EndReason::record_cancelled, EndReason::record_call_ended_with_audio,
        EndReason::server_restarted_with_audio}) {
    auto operation = ended_example(OperationKind::record, reason, reason != EndReason::record_cancelled);
    operation.recording = call::RecordingAccess{"https://calls.example.com/tonearm/recordings/1", "secret-1"};
    auto read = boost::json::parse(write_operation(operation, kCall, kBase));
    EXPECT_EQ(read.as_object().erase("@odata.context"), 1U);
    const auto told = boost::json::parse(NotificationRenderer().render(operation_notice(operation)));
    EXPECT_EQ(read, told.at_pointer("/value/0/resourceData"));
  }
}

TEST(WriteOperation, all_operations_of_a_call_are_listed) {
  call::CallSnapshot call = example_call();
  const auto play = example_operation(OperationKind::play);
  call.operations.emplace(play.id, play);
  expect_body(write_operations(call, kBase),
              fmt::format(R"({{"@odata.context":
      "{}/$metadata#communications/calls('{}')/operations", "value": [{}]}})",
                          kBase, kCallText, write_created_operation(play)),
              "v1.0-get-operations");
}

TEST(WriteOperation, locations_are_absolute) {
  const auto operation = *call::OperationId::parse(kOperationText);
  EXPECT_EQ(operation_location(kBase, kCall, operation),
            "https://calls.example.com/v1.0/communications/calls/6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901/"
            "operations/d2a7c6f0-08d5-4f42-8c40-3f4a86b9e107");
  EXPECT_EQ(recording_location(kBase, operation),
            "https://calls.example.com/tonearm/recordings/d2a7c6f0-08d5-4f42-8c40-3f4a86b9e107");
}

}  // namespace
}  // namespace tonearm::graph
