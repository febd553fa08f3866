#include "graph/notification_renderer.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/test_examples.hpp"

namespace tonearm::graph {
namespace {

using call::CallEvent;
using call::EndReason;
using call::OperationKind;

std::string render(const call::Notification& notice) {
  return NotificationRenderer().render(notice);
}

/// The envelope around a golden `resourceData`.
std::string envelope(std::string_view change, std::string_view below, std::string_view data) {
  return fmt::format(R"({{"@odata.type": "#microsoft.graph.commsNotifications",
    "value": [{{"@odata.type": "#microsoft.graph.commsNotification", "changeType": "{}",
      "resource": "/app/calls/{}{}", "resourceUrl": "/communications/calls/{}{}",
      "resourceData": {}}}]}})",
                     change, kCallText, below, kCallText, below, data);
}

std::string brief(std::string_view state, std::string_view more = "") {
  return fmt::format(R"({{"@odata.type": "#microsoft.graph.call", "id": "{}", "state": "{}",
    "direction": "incoming", "callChainId": "0d3c5a52-91d5-4a77-8f0e-7c2f0d1c6b10"{}{}}})",
                     kCallText, state, more.empty() ? "" : ", ", more);
}

void expect_call_notice(CallEvent event, std::string_view change, const std::string& data,
                        const std::string& name, const call::CallSnapshot& call = example_call()) {
  expect_body(render(call_notice(call, event)), envelope(change, "", data), name);
}

TEST(NotificationRenderer, a_call_is_offered_with_everything_a_bot_decides_on) {
  call::CallSnapshot call = example_call();
  call.state = call::CallState::incoming;
  expect_call_notice(CallEvent::offered, "created", brief("incoming", R"(
      "callbackUri": "https://bot.example.com/api/calls",
      "tenantId": "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01",
      "myParticipantId": "b9a4a1de-5d0e-4a26-8e73-8a2f3b0b2c02",
      "requestedModalities": ["audio"],
      "incomingContext": {"@odata.type": "#microsoft.graph.incomingContext",
        "sourceParticipantId": "e1d0c7f1-33f7-4d7e-9b57-64e6c8e0aa03"},
      "source": {"@odata.type": "#microsoft.graph.participantInfo",
        "id": "e1d0c7f1-33f7-4d7e-9b57-64e6c8e0aa03",
        "identity": {"@odata.type": "#microsoft.graph.identitySet",
          "user": {"@odata.type": "#microsoft.graph.identity", "id": "4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04",
            "displayName": "Ada", "tenantId": "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01",
            "identityProvider": "AAD"}},
        "endpointType": "default", "region": null, "languageId": null, "countryCode": null},
      "targets": [{"@odata.type": "#microsoft.graph.invitationParticipantInfo",
        "id": "b9a4a1de-5d0e-4a26-8e73-8a2f3b0b2c02",
        "identity": {"@odata.type": "#microsoft.graph.identitySet",
          "application": {"@odata.type": "#microsoft.graph.identity",
            "id": "2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05", "displayName": "Contoso bot"}},
        "endpointType": "default", "region": null, "languageId": null, "replacesCallId": null}])"),
                     "notice-offered", call);
}

TEST(NotificationRenderer, a_phone_that_calls_is_told_by_its_number_and_a_resource_account_by_its_id) {
  call::CallSnapshot call = example_call();
  call.source = {call::Party::Kind::phone, "+14255550101", "", ""};
  call.targets = {
      {call::Party::Kind::application_instance, "00000000-0000-4000-8000-000000000201", "IVR", ""}};
  const auto body = boost::json::parse(render(call_notice(call, CallEvent::offered)));
  expect_body(render(call_notice(call, CallEvent::offered)), boost::json::serialize(body),
              "notice-offered-phone");
  EXPECT_EQ(body.at_pointer("/value/0/resourceData/source/identity/phone"),
            boost::json::parse(R"({"@odata.type": "#microsoft.graph.identity", "id": "+14255550101",
                                   "displayName": null})"));
  EXPECT_EQ(body.at_pointer("/value/0/resourceData/targets/0/identity/applicationInstance/id"),
            "00000000-0000-4000-8000-000000000201");
}

TEST(NotificationRenderer, each_change_of_a_call_says_what_changed_and_no_more) {
  call::CallSnapshot call = example_call();
  call.tone = call::ToneInfo{3, call::Tone::pound};
  expect_call_notice(CallEvent::establishing, "updated", brief("establishing"), "notice-establishing", call);
  expect_call_notice(CallEvent::established, "updated", brief("established"), "notice-established", call);
  expect_call_notice(
      CallEvent::audio_active, "updated",
      brief("established",
            R"("mediaState": {"@odata.type": "#microsoft.graph.callMediaState", "audio": "active"})"),
      "notice-audio-active", call);
  expect_call_notice(
      CallEvent::audio_inactive, "updated",
      brief("established",
            R"("mediaState": {"@odata.type": "#microsoft.graph.callMediaState", "audio": "inactive"})"),
      "notice-audio-inactive", call);
  expect_call_notice(CallEvent::tone, "updated",
                     brief("established", R"("toneInfo": {"@odata.type": "#microsoft.graph.toneInfo",
                       "sequenceId": 3, "tone": "pound"})"),
                     "notice-tone", call);
  expect_call_notice(CallEvent::terminating, "updated", brief("terminating"), "notice-terminating", call);
}

TEST(NotificationRenderer, the_last_notification_of_a_call_says_why_it_ended) {
  call::CallSnapshot call = example_call();
  call.state = call::CallState::terminated;
  call.end = call::CallEnd{call::CallEndReason::bot_hung_up, 0, ""};
  expect_call_notice(CallEvent::ended, "deleted",
                     brief("terminated", R"("resultInfo": {"@odata.type": "#microsoft.graph.resultInfo",
                       "code": 200, "subcode": 7000,
                       "message": "The call was ended by the application. DiagCode: 200#7000.@"})"),
                     "notice-ended", call);
}

std::string operation_envelope(std::string_view type, std::string_view members) {
  const std::string below = fmt::format("/operations/{}", kOperationText);
  return envelope("deleted", below,
                  fmt::format(R"({{"@odata.type": "#microsoft.graph.{}",
                    "@odata.id": "/communications/calls/{}{}", "@odata.etag": "W/\"7\"", "id": "{}", {}}})",
                              type, kCallText, below, kOperationText, members));
}

constexpr std::string_view kPlayMembers = R"(
  "prompts": [{"@odata.type": "#microsoft.graph.mediaPrompt",
    "mediaInfo": {"@odata.type": "#microsoft.graph.mediaInfo", "uri": "https://cdn.example.com/hello.wav",
      "resourceId": null}}],
  "@tonearm.sentMs": 1240)";

TEST(NotificationRenderer, a_play_ends_with_its_prompts_and_what_was_sent) {
  expect_body(render(operation_notice(ended_example(OperationKind::play, EndReason::play_finished, true))),
              operation_envelope("playPromptOperation",
                                 fmt::format(R"("clientContext": "ctx-17", "status": "completed",
                "resultInfo": {{"@odata.type": "#microsoft.graph.resultInfo", "code": 200, "subcode": 0,
                  "message": "Action completed successfully."}},
                "completionReason": "completedSuccessfully", {})",
                                             kPlayMembers)),
              "notice-play-completed");
}

TEST(NotificationRenderer, a_cancelled_play_has_failed_with_400_and_8508) {
  auto operation = ended_example(OperationKind::play, EndReason::play_cancelled, false);
  operation.client_context.reset();
  expect_body(render(operation_notice(operation)),
              operation_envelope("playPromptOperation", fmt::format(R"("status": "failed",
                "resultInfo": {{"@odata.type": "#microsoft.graph.resultInfo", "code": 400, "subcode": 8508,
                  "message": "Action failed, the operation was cancelled."}},
                "completionReason": "mediaOperationCanceled", {})",
                                                                    kPlayMembers)),
              "notice-play-cancelled");
}

TEST(NotificationRenderer, an_empty_client_context_is_echoed) {
  auto operation = ended_example(OperationKind::play, EndReason::play_finished, true);
  operation.client_context = "";
  const auto body = boost::json::parse(render(operation_notice(operation)));
  EXPECT_EQ(body.at_pointer("/value/0/resourceData/clientContext"), "");
}

TEST(NotificationRenderer, a_client_context_comes_back_byte_for_byte) {
  const std::string context = "\"\\/\b\f\n\r\t\x01 \xC3\xA9 \xF0\x9F\x8E\xB5 <&>";
  auto operation = ended_example(OperationKind::play, EndReason::play_finished, true);
  operation.client_context = context;
  const auto body = boost::json::parse(render(operation_notice(operation)));
  EXPECT_EQ(body.at_pointer("/value/0/resourceData/clientContext").as_string(), context);
}

call::OperationView record_example(EndReason reason, bool completed, bool audio) {
  auto operation = ended_example(OperationKind::record, reason, completed);
  if (audio) {
    operation.recording = call::RecordingAccess{"https://calls.example.com/tonearm/recordings/1", "secret-1"};
  }
  return operation;
}

TEST(NotificationRenderer, a_completed_record_says_where_its_audio_is) {
  expect_body(render(operation_notice(record_example(EndReason::record_stop_tone, true, true))),
              operation_envelope("recordOperation", R"("clientContext": "ctx-17", "status": "completed",
                "resultInfo": {"@odata.type": "#microsoft.graph.resultInfo", "code": 200, "subcode": 8514,
                  "message": "Action completed, stop tone detected."},
                "completionReason": "stopToneDetected",
                "recordingLocation": "https://calls.example.com/tonearm/recordings/1",
                "recordingAccessToken": "secret-1", "@tonearm.capturedMs": 1240)"),
              "notice-record-completed");
}

TEST(NotificationRenderer, a_cancelled_record_has_empty_strings_and_offers_what_was_captured_beside_them) {
  constexpr std::string_view kCancelled = R"("clientContext": "ctx-17", "status": "failed",
    "resultInfo": {"@odata.type": "#microsoft.graph.resultInfo", "code": 400, "subcode": 8508,
      "message": "Action failed, the operation was cancelled."},
    "completionReason": "operationCanceled", "recordingLocation": "", "recordingAccessToken": "",
    "@tonearm.capturedMs": 1240)";
  expect_body(render(operation_notice(record_example(EndReason::record_cancelled, false, false))),
              operation_envelope("recordOperation", kCancelled), "notice-record-cancelled");
  expect_body(render(operation_notice(record_example(EndReason::record_cancelled, false, true))),
              operation_envelope("recordOperation", std::string(kCancelled) + R"(,
                "@tonearm.recordingLocation": "https://calls.example.com/tonearm/recordings/1",
                "@tonearm.recordingAccessToken": "secret-1")"),
              "notice-record-cancelled-with-audio");
}

TEST(NotificationRenderer, a_record_that_the_calls_end_cut_says_so) {
  const auto body = boost::json::parse(
      render(operation_notice(record_example(EndReason::record_call_ended_with_audio, true, true))));
  EXPECT_EQ(body.at_pointer("/value/0/resourceData/@tonearm.endedBy"), "callEnded");
  EXPECT_EQ(body.at_pointer("/value/0/resourceData/recordingAccessToken"), "secret-1");
}

TEST(NotificationRenderer, sent_keys_end_with_their_own_reason) {
  expect_body(render(operation_notice(ended_example(OperationKind::send_dtmf, EndReason::dtmf_sent, true))),
              operation_envelope("sendDtmfTonesOperation", R"("clientContext": "ctx-17",
                "status": "completed", "resultInfo": {"@odata.type": "#microsoft.graph.resultInfo",
                  "code": 200, "subcode": 0, "message": "Action completed successfully."},
                "completionReason": "completedSuccessfully")"),
              "notice-dtmf-sent");
}

TEST(NotificationRenderer, names_that_are_not_utf_8_do_not_break_the_json) {
  call::CallSnapshot call = example_call();
  call.source = {call::Party::Kind::phone, "+1425\xFF", "M\xFCller \xED\xA0\x80", ""};
  const auto body = boost::json::parse(render(call_notice(call, CallEvent::offered)));
  EXPECT_EQ(body.at_pointer("/value/0/resourceData/source/identity/phone/displayName").as_string(),
            "M\xEF\xBF\xBDller \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace tonearm::graph
