// The response and notification examples of Graph's pages: each member of theirs stands in ours with the same
// value, but for what a row names. What ours has besides is the metadata's (tests/support/schema_gate.py) or
// ours (@tonearm.*).

#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/errors.hpp"
#include "graph/notification_renderer.hpp"
#include "graph/test_examples.hpp"
#include "graph/write_call.hpp"
#include "graph/write_operation.hpp"

namespace tonearm::graph {
namespace {

using boost::json::value;
using call::CallEvent;
using call::EndReason;
using call::OperationKind;

/// Pointers to what stands in `theirs` and not, or otherwise, in `ours`.
void compare(const value& theirs, const value& ours, const std::string& at,
             std::vector<std::string>& differs) {
  if (theirs.is_object() && ours.is_object()) {
    for (const auto& [name, member] : theirs.get_object()) {
      const auto* found = ours.get_object().if_contains(name);
      const std::string below = at + "/" + std::string(name);
      found ? compare(member, *found, below, differs) : differs.push_back(below);
    }
  } else if (theirs.is_array() && ours.is_array() && theirs.get_array().size() == ours.get_array().size()) {
    for (std::size_t i = 0; i < theirs.get_array().size(); ++i)
      compare(theirs.get_array()[i], ours.get_array()[i], at + "/" + std::to_string(i), differs);
  } else if (theirs != ours) {
    differs.push_back(at);
  }
}

struct Documented {
  std::string name;
  std::string ours;
  std::string theirs;
  std::vector<std::string> differs = {};  ///< Deliberately: docs/deviations.md.
};

void expect_rows(const std::vector<Documented>& rows) {
  for (const auto& [name, ours, theirs, deliberately] : rows) {
    std::vector<std::string> differs;
    compare(boost::json::parse(theirs), boost::json::parse(ours), "", differs);
    EXPECT_EQ(differs, deliberately) << name << ": " << ours;
  }
}

constexpr std::string_view kExampleBase = "https://graph.example.net/v1.0";

call::CallSnapshot created_example() {
  call::CallSnapshot call = example_call();
  call.state = call::CallState::establishing;
  call.direction = call::CallDirection::outgoing;
  call.callback_uri = "https://bot.example.net/api/calls";
  call.targets = {{call::Party::Kind::user, "4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04", "Ada", ""}};
  call.source = {call::Party::Kind::application, "2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05", "Test bot", ""};
  call.prefetch_media = {{"https://cdn.example.net/hello.wav", "9a4d7b58-0a7a-4d6b-8a6f-5a0f2d7a7e06", 1}};
  call.audio_active = call.audio_was_active = false;
  return call;
}

/// As the create page has it.
constexpr std::string_view kCreated = R"({
  "@odata.context": "https://graph.example.net/v1.0/$metadata#app/calls/$entity",
  "@odata.type": "#microsoft.graph.call", "id": "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901",
  "state": "establishing", "direction": "outgoing", "callbackUri": "https://bot.example.net/api/calls",
  "callChainId": "0d3c5a52-91d5-4a77-8f0e-7c2f0d1c6b10", "callRoutes": [],
  "myParticipantId": "b9a4a1de-5d0e-4a26-8e73-8a2f3b0b2c02",
  "tenantId": "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01",
  "source": {"@odata.type": "#microsoft.graph.participantInfo",
    "identity": {"@odata.type": "#microsoft.graph.identitySet",
      "application": {"@odata.type": "#microsoft.graph.identity", "id": "2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05",
        "displayName": "Test bot"}},
    "countryCode": null, "endpointType": null, "region": null, "languageId": null},
  "targets": [{"@odata.type": "#microsoft.graph.invitationParticipantInfo",
    "identity": {"@odata.type": "#microsoft.graph.identitySet",
      "user": {"@odata.type": "#microsoft.graph.identity", "id": "4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04",
        "displayName": "Ada"}},
    "endpointType": null, "region": null, "replacesCallId": null, "languageId": null}],
  "requestedModalities": ["audio"], "activeModalities": [],
  "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig", "preFetchMedia": []},
  "routingPolicies": [], "subject": null, "ringingTimeoutInSeconds": null, "mediaState": null,
  "resultInfo": null, "answeredBy": null, "chatInfo": null, "meetingInfo": null, "transcription": null,
  "meetingCapability": null, "terminationReason": null, "toneInfo": null})";

TEST(DocumentedBodies, of_calls_are_ours) {
  call::CallSnapshot up = created_example();
  up.state = call::CallState::established;
  expect_rows(
      {{"create",
        write_created_call(created_example(), kExampleBase),
        std::string(kCreated),
        // The request's list is given back; the example shows none.
        {"/mediaConfig/preFetchMedia"}},
       {"get", write_call(up, kExampleBase),
        R"({"@odata.context": "https://graph.example.net/v1.0/$metadata#communications/calls/$entity",
            "@odata.type": "#microsoft.graph.call", "state": "established", "subject": null,
            "ringingTimeoutInSeconds": null, "resultInfo": null, "answeredBy": null, "chatInfo": null,
            "meetingInfo": null, "transcription": null, "toneInfo": null})"},
       {"participants of a call between two", write_participants(up.id, kExampleBase),
        fmt::format(
            R"({{"@odata.context": "{}/$metadata#communications/calls('{}')/participants", "value": []}})",
            kExampleBase, kCallText)}});
}

call::OperationView named_example(OperationKind kind, const std::string& context) {
  call::OperationView operation = example_operation(kind);
  operation.client_context = context;
  if (kind == OperationKind::subscribe_to_tone || kind == OperationKind::cancel_media_processing ||
      kind == OperationKind::update_recording_status) {
    operation.status = call::OperationStatus::completed;
    operation.ending = call::OperationEnding{};
  }
  return operation;
}

std::string documented_operation(std::string_view type, std::string_view status, std::string_view context,
                                 std::string_view more = "") {
  return fmt::format(R"({{"@odata.type": "#microsoft.graph.{}", "id": "{}", "status": "{}",
                          "clientContext": "{}"{}}})",
                     type, kOperationText, status, context, more);
}

TEST(DocumentedBodies, of_answered_operations_are_ours) {
  // A null of theirs that ours leaves out says the same.
  const auto ours = [](OperationKind kind, const char* context) {
    return write_created_operation(named_example(kind, context));
  };
  expect_rows(
      {{"playPrompt", ours(OperationKind::play, "ctx-17"),
        documented_operation("playPromptOperation", "running", "ctx-17")},
       {"recordResponse",
        ours(OperationKind::record, "ctx-18"),
        documented_operation("recordOperation", "running", "ctx-18",
                             R"(, "resultInfo": null, "recordingLocation": null, "completionReason": null)"),
        {"/completionReason"}},
       {"subscribeToTone", ours(OperationKind::subscribe_to_tone, "ctx"),
        documented_operation("subscribeToToneOperation", "completed", "ctx")},
       {"sendDtmfTones", ours(OperationKind::send_dtmf, "ctx"),
        documented_operation("sendDtmfTonesOperation", "running", "ctx")},
       {"updateRecordingStatus",
        ours(OperationKind::update_recording_status, "ctx"),
        documented_operation("updateRecordingStatusOperation", "completed", "ctx", R"(, "resultInfo": null)"),
        {"/resultInfo"}},
       {"cancelMediaProcessing",
        ours(OperationKind::cancel_media_processing, "d45324c1-fcb5-430a-902c-f20af696537c"),
        documented_operation("cancelMediaProcessingOperation", "completed",
                             "d45324c1-fcb5-430a-902c-f20af696537c")}});
}

std::string documented_notice(std::string_view change, std::string_view below, const std::string& data) {
  return fmt::format(R"({{"@odata.type": "#microsoft.graph.commsNotifications", "value": [
    {{"@odata.type": "#microsoft.graph.commsNotification", "changeType": "{}",
      "resourceUrl": "/communications/calls/{}{}", "resourceData": {}}}]}})",
                     change, kCallText, below, data);
}

std::string documented_change(std::string_view change, std::string_view members) {
  return documented_notice(change, "",
                           R"({"@odata.type": "#microsoft.graph.call", )" + std::string(members) + "}");
}

std::string told(CallEvent event, call::CallSnapshot call = example_call()) {
  return NotificationRenderer().render(call_notice(std::move(call), event));
}

constexpr std::string_view kOffered = R"("id": "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901",
  "state": "incoming", "direction": "incoming", "callbackUri": "https://bot.example.com/api/calls",
  "callChainId": "0d3c5a52-91d5-4a77-8f0e-7c2f0d1c6b10", "tenantId": "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01",
  "myParticipantId": "b9a4a1de-5d0e-4a26-8e73-8a2f3b0b2c02", "requestedModalities": ["audio"],
  "incomingContext": {"@odata.type": "#microsoft.graph.incomingContext",
    "sourceParticipantId": "e1d0c7f1-33f7-4d7e-9b57-64e6c8e0aa03"},
  "source": {"@odata.type": "#microsoft.graph.participantInfo", "id": "e1d0c7f1-33f7-4d7e-9b57-64e6c8e0aa03",
    "identity": {"@odata.type": "#microsoft.graph.identitySet",
      "user": {"@odata.type": "#microsoft.graph.identity", "id": "4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04",
        "displayName": "Ada", "tenantId": "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01", "identityProvider": "AAD"}},
    "endpointType": "default", "region": "emea", "languageId": "en-GB", "countryCode": null},
  "targets": [{"@odata.type": "#microsoft.graph.invitationParticipantInfo",
    "id": "b9a4a1de-5d0e-4a26-8e73-8a2f3b0b2c02",
    "identity": {"@odata.type": "#microsoft.graph.identitySet",
      "application": {"@odata.type": "#microsoft.graph.identity",
        "id": "2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05", "displayName": "Contoso bot"}},
    "endpointType": "default", "region": null, "languageId": null}])";

TEST(DocumentedBodies, of_notifications_about_a_call_are_ours) {
  call::CallSnapshot offered = example_call();
  offered.state = call::CallState::incoming;
  call::CallSnapshot pressed = example_call();
  pressed.tone = call::ToneInfo{1, call::Tone::t1};
  call::CallSnapshot over = example_call();
  over.state = call::CallState::terminated;
  over.end = call::CallEnd{call::CallEndReason::transferred, 0, ""};
  call::CallSnapshot redirected = over;
  redirected.end = call::CallEnd{call::CallEndReason::redirected, 0, ""};
  const std::string data = "/value/0/resourceData";
  const std::string result = R"(, "resultInfo": {"@odata.type": "#microsoft.graph.resultInfo", )";
  expect_rows(
      {{"offered",
        told(CallEvent::offered, offered),
        documented_change("created", kOffered),
        // SIP tells neither region nor language.
        {data + "/source/region", data + "/source/languageId"}},
       {"establishing", told(CallEvent::establishing),
        documented_change("updated", R"("state": "establishing")")},
       {"established", told(CallEvent::established),
        documented_change("updated", R"("state": "established")")},
       {"audio is up", told(CallEvent::audio_active),
        documented_change("updated", R"("state": "established", "mediaState":
          {"@odata.type": "#microsoft.graph.callMediaState", "audio": "active"})")},
       {"a key", told(CallEvent::tone, pressed),
        documented_change("updated", R"("id": "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901", "state": "established",
          "toneInfo": {"@odata.type": "#microsoft.graph.toneInfo", "sequenceId": 1, "tone": "tone1"})")},
       {"redirected", told(CallEvent::ended, redirected),
        documented_change("deleted", R"("state": "terminated")")},
       {"terminating", told(CallEvent::terminating),
        documented_change("updated", R"("state": "terminating")")},
       {"transferring", told(CallEvent::transferring),
        documented_change("updated", R"("state": "transferring")")},
       {"transfer accepted", told(CallEvent::transfer_accepted),
        documented_change("updated", R"("state": "transferAccepted")")},
       {"transfer failed",
        told(CallEvent::transfer_failed),
        documented_change("updated",
                          R"("state": "established")" + result + R"("code": 500, "subCode": 7000})"),
        {data + "/resultInfo/subCode"}},
       {"consultation failed",
        told(CallEvent::consultation_failed),
        documented_change("updated",
                          R"("state": "established")" + result + R"("code": 500, "subCode": 7700})"),
        {data + "/resultInfo/subCode"}},
       {"transferred",
        told(CallEvent::ended, over),
        documented_change("deleted",
                          R"("state": "terminated")" + result +
                              R"("code": 0, "subcode": 7015, "message": "GracefulTransferCompleted"})"),
        {data + "/resultInfo/code", data + "/resultInfo/message"}}});
}

TEST(DocumentedBodies, of_a_call_that_the_bot_hung_up_have_numbers_where_the_example_has_text) {
  call::CallSnapshot over = example_call();
  over.state = call::CallState::terminated;
  over.end = call::CallEnd{call::CallEndReason::longest_duration, 0, ""};
  expect_rows({{"deleted",
                told(CallEvent::ended, over),
                documented_change("deleted", R"("state": "terminated", "resultInfo":
                  {"@odata.type": "#microsoft.graph.resultInfo", "code": "200", "subcode": "5001"})"),
                {"/value/0/resourceData/resultInfo/code", "/value/0/resourceData/resultInfo/subcode"}}});
  const auto result =
      boost::json::parse(told(CallEvent::ended, over)).at_pointer("/value/0/resourceData/resultInfo");
  EXPECT_EQ(result.at("code"), 200);
  EXPECT_EQ(result.at("subcode"), 5001);
}

std::string documented_ending(std::string_view type, std::string_view id, std::string_view members) {
  return documented_notice(
      "deleted", fmt::format("/operations/{}", id),
      fmt::format(R"({{"@odata.type": "#microsoft.graph.{}", "id": "{}", {}}})", type, id, members));
}

TEST(DocumentedBodies, of_notifications_about_operations_are_ours) {
  const auto ended = [](OperationKind kind, EndReason reason, bool completed, const char* context) {
    call::OperationView operation = ended_example(kind, reason, completed);
    operation.client_context = context;
    if (kind == OperationKind::record && completed)
      operation.recording =
          call::RecordingAccess{"https://media.example.net/recordings/5d6c1c55", "<opaque>"};
    return NotificationRenderer().render(operation_notice(std::move(operation)));
  };
  const auto result = [](int code, int subcode, std::string_view message) {
    return fmt::format(R"("resultInfo": {{"@odata.type": "#microsoft.graph.resultInfo", "code": {},
                           "subcode": {}, "message": "{}"}})",
                       code, subcode, message);
  };
  const std::string done = result(200, 0, "Action completed successfully.");
  expect_rows(
      {{"played", ended(OperationKind::play, EndReason::play_finished, true, "ctx-17"),
        documented_ending("playPromptOperation", kOperationText,
                          R"("status": "completed", "clientContext": "ctx-17", )" + done)},
       {"recorded", ended(OperationKind::record, EndReason::record_max_duration, true, "ctx-18"),
        documented_ending("recordOperation", kOperationText,
                          R"("status": "completed", "clientContext": "ctx-18", )" +
                              result(200, 8515, "Action completed, max record duration reached.") +
                              R"(, "recordingLocation": "https://media.example.net/recordings/5d6c1c55",
                                 "recordingAccessToken": "<opaque>",
                                 "completionReason": "maxRecordDurationReached")")},
       {"record, cancelled",
        ended(OperationKind::record, EndReason::record_cancelled, false,
              "d45324c1-fcb5-430a-902c-f20af696537c"),
        documented_ending("recordOperation", kOperationText,
                          R"("clientContext": "d45324c1-fcb5-430a-902c-f20af696537c", "status": "failed", )" +
                              result(400, 8508, "Action failed, the operation was cancelled.") +
                              R"(, "recordingLocation": "", "recordingAccessToken": "",
                                 "completionReason": "operationCanceled")")},
       {"keys sent", ended(OperationKind::send_dtmf, EndReason::dtmf_sent, true, "ctx"),
        documented_ending("sendDtmfTonesOperation", kOperationText,
                          R"("status": "completed", "clientContext": "ctx",
                             "completionReason": "completedSuccessfully", )" +
                              done)}});
}

TEST(DocumentedBodies, of_errors_are_ours) {
  using namespace std::chrono;
  const ErrorContext context{sys_days(2026y / February / 3) + 10h + 11min + 12s,
                             "5b0c0f2a-7f40-4a8f-8d56-0c6a1f0f6f11", ""};
  expect_rows({{"another tenant", error_answer(Errc::wrong_tenant).body(context),
                R"({"error": {"code": "7505", "message": "Request authorization tenant mismatch.",
                    "innerError": {"date": "2026-02-03T10:11:12",
                      "request-id": "5b0c0f2a-7f40-4a8f-8d56-0c6a1f0f6f11",
                      "client-request-id": "5b0c0f2a-7f40-4a8f-8d56-0c6a1f0f6f11"}}})"},
               {"no such call", error_answer(Errc::call_not_found).body(context),
                R"({"error": {"code": "8522", "message": "Call not found."}})"}});
}

TEST(DocumentedBodies, that_differ_are_told_apart) {
  std::vector<std::string> differs;
  compare(boost::json::parse(R"({"a": 1, "b": {"c": "x"}, "d": [1, 2], "e": null})"),
          boost::json::parse(R"({"a": "1", "b": {}, "d": [1], "more": 1})"), "", differs);
  EXPECT_EQ(differs, (std::vector<std::string>{"/a", "/b/c", "/d", "/e"}));
}

}  // namespace
}  // namespace tonearm::graph
