#include "graph/write_call.hpp"

#include <array>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/test_examples.hpp"

namespace tonearm::graph {
namespace {

constexpr std::string_view kFullCall = R"({
  "@odata.context": "https://calls.example.com/v1.0/$metadata#communications/calls/$entity",
  "@odata.type": "#microsoft.graph.call", "id": "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901",
  "state": "established", "direction": "incoming",
  "callChainId": "0d3c5a52-91d5-4a77-8f0e-7c2f0d1c6b10",
  "callbackUri": "https://bot.example.com/api/calls", "callRoutes": [],
  "myParticipantId": "b9a4a1de-5d0e-4a26-8e73-8a2f3b0b2c02",
  "tenantId": "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01",
  "source": {"@odata.type": "#microsoft.graph.participantInfo", "id": "e1d0c7f1-33f7-4d7e-9b57-64e6c8e0aa03",
    "identity": {"@odata.type": "#microsoft.graph.identitySet",
      "user": {"@odata.type": "#microsoft.graph.identity", "id": "4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04",
        "displayName": "Ada", "tenantId": "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01", "identityProvider": "AAD"}},
    "endpointType": "default", "region": null, "languageId": null, "countryCode": null},
  "targets": [{"@odata.type": "#microsoft.graph.invitationParticipantInfo",
    "id": "b9a4a1de-5d0e-4a26-8e73-8a2f3b0b2c02",
    "identity": {"@odata.type": "#microsoft.graph.identitySet",
      "application": {"@odata.type": "#microsoft.graph.identity", "id": "2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05",
        "displayName": "Contoso bot"}},
    "endpointType": "default", "region": null, "languageId": null, "replacesCallId": null}],
  "requestedModalities": ["audio"], "activeModalities": ["audio"],
  "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig", "preFetchMedia": [
    {"@odata.type": "#microsoft.graph.mediaInfo", "uri": "https://cdn.example.com/a.wav", "resourceId": "r1"}]},
  "mediaState": {"@odata.type": "#microsoft.graph.callMediaState", "audio": "active"},
  "incomingContext": {"@odata.type": "#microsoft.graph.incomingContext",
    "sourceParticipantId": "e1d0c7f1-33f7-4d7e-9b57-64e6c8e0aa03"},
  "resultInfo": null, "toneInfo": null, "routingPolicies": [], "subject": null,
  "ringingTimeoutInSeconds": null, "callOptions": null, "answeredBy": null, "chatInfo": null,
  "meetingInfo": null, "meetingCapability": null, "transcription": null, "terminationReason": null})";

TEST(WriteCall, a_call_is_read_in_full_with_nulls_for_what_is_not_set) {
  call::CallSnapshot call = example_call();
  call.prefetch_media = {{"https://cdn.example.com/a.wav", "r1", 1}};
  expect_body(write_call(call, kBase), kFullCall, "v1.0-get-call");
}

TEST(WriteCall, an_offered_call_has_no_media_yet) {
  call::CallSnapshot call = example_call();
  call.state = call::CallState::incoming;
  call.audio_active = call.audio_was_active = false;
  const std::string body = write_call(call, "https://calls.example.com/beta");
  expect_body(body, body, "beta-get-call-incoming");
  const auto json = boost::json::parse(body);
  EXPECT_TRUE(json.at("mediaState").is_null());
  EXPECT_TRUE(json.at("activeModalities").as_array().empty());
  EXPECT_EQ(text_at(json, "/state"), "incoming");
}

TEST(WriteCall, a_call_that_is_over_says_why_and_a_key_that_was_pressed_is_seen) {
  call::CallSnapshot call = example_call();
  call.state = call::CallState::terminated;
  call.end = call::CallEnd{call::CallEndReason::far_end_hung_up, 0, ""};
  call.tone = call::ToneInfo{1, call::Tone::star};
  const std::string body = write_call(call, kBase);
  expect_body(body, body, "v1.0-get-call-terminated");
  EXPECT_EQ(boost::json::parse(body).at_pointer("/resultInfo/subcode"), 4521);
  EXPECT_EQ(text_at(boost::json::parse(body), "/toneInfo/tone"), "star");
}

TEST(WriteCall, a_diverted_call_says_by_which_way_it_came) {
  call::CallSnapshot call = example_call();
  call.diverted_from = {{call::Party::Kind::phone, "+14255550121", "", ""},
                        {call::Party::Kind::phone, "+14255550122", "Sales", ""}};
  const std::string body = write_call(call, kBase);
  expect_body(body, body, "v1.0-get-call-diverted");
  const auto routes = boost::json::parse(body).at("callRoutes");
  ASSERT_EQ(routes.as_array().size(), 2u);
  EXPECT_EQ(text_at(routes, "/0/routingType"), "forwarded");
  EXPECT_EQ(text_at(routes, "/0/original/phone/id"), "+14255550121");
  EXPECT_EQ(text_at(routes, "/0/final/phone/id"), "+14255550122");
  EXPECT_EQ(text_at(routes, "/1/original/phone/displayName"), "Sales");
  EXPECT_EQ(text_at(routes, "/1/final/application/displayName"), "Contoso bot");
}

TEST(WriteCall, an_outgoing_call_has_no_incoming_context) {
  call::CallSnapshot call = example_call();
  call.direction = call::CallDirection::outgoing;
  const std::string body = write_call(call, kBase);
  expect_body(body, body, "v1.0-get-call-outgoing");
  EXPECT_TRUE(boost::json::parse(body).at("incomingContext").is_null());
  EXPECT_TRUE(boost::json::parse(body).at_pointer("/targets/0/id").is_null());
}

constexpr std::string_view kCreatedCall = R"({
  "@odata.context": "https://calls.example.com/v1.0/$metadata#app/calls/$entity",
  "@odata.type": "#microsoft.graph.call", "id": "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901",
  "state": "establishing", "direction": "outgoing",
  "callChainId": "0d3c5a52-91d5-4a77-8f0e-7c2f0d1c6b10",
  "callbackUri": "https://bot.example.com/api/calls", "callRoutes": [],
  "myParticipantId": "b9a4a1de-5d0e-4a26-8e73-8a2f3b0b2c02",
  "tenantId": "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01",
  "source": {"@odata.type": "#microsoft.graph.participantInfo", "id": "b9a4a1de-5d0e-4a26-8e73-8a2f3b0b2c02",
    "identity": {"@odata.type": "#microsoft.graph.identitySet",
      "application": {"@odata.type": "#microsoft.graph.identity", "id": "2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05",
        "displayName": "Contoso bot"}},
    "endpointType": null, "region": null, "languageId": null, "countryCode": null},
  "targets": [{"@odata.type": "#microsoft.graph.invitationParticipantInfo", "id": null,
    "identity": {"@odata.type": "#microsoft.graph.identitySet",
      "phone": {"@odata.type": "#microsoft.graph.identity", "id": "+14255550100", "displayName": null}},
    "endpointType": null, "region": null, "languageId": null, "replacesCallId": null}],
  "requestedModalities": ["audio", "video"], "activeModalities": [],
  "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig", "preFetchMedia": [
    {"@odata.type": "#microsoft.graph.mediaInfo", "uri": "https://cdn.example.com/a.wav", "resourceId": "r1"}]},
  "mediaState": null, "incomingContext": null,
  "resultInfo": null, "toneInfo": null, "routingPolicies": [], "subject": "Your order",
  "ringingTimeoutInSeconds": 30, "callOptions": null, "answeredBy": null, "chatInfo": null,
  "meetingInfo": null, "meetingCapability": null, "transcription": null, "terminationReason": null})";

TEST(WriteCall, a_created_call_echoes_what_was_asked_for) {
  call::CallSnapshot call = example_call();
  call.state = call::CallState::establishing;
  call.direction = call::CallDirection::outgoing;
  call.source = call.targets.front();
  call.targets = {{call::Party::Kind::phone, "+14255550100", "", ""}};
  call.modalities = {"audio", "video"};
  call.prefetch_media = {{"https://cdn.example.com/a.wav", "r1", 1}};
  call.subject = "Your order";
  call.ringing_limit = std::chrono::seconds(30);
  call.audio_active = call.audio_was_active = false;
  expect_body(write_created_call(call, kBase), kCreatedCall, "v1.0-create-call");
  const std::string beta = write_created_call(call, "https://calls.example.com/beta");
  expect_body(beta, beta, "beta-create-call");
}

TEST(WriteCall, only_audio_is_active_whatever_was_asked_for) {
  call::CallSnapshot call = example_call();
  call.modalities = {"audio", "video"};
  const auto body = boost::json::parse(write_call(call, kBase));
  EXPECT_EQ(body.at("activeModalities"), boost::json::parse(R"(["audio"])"));
  EXPECT_EQ(body.at("requestedModalities"), boost::json::parse(R"(["audio","video"])"));
}

TEST(WriteCall, every_state_has_its_spelling) {
  constexpr std::array<std::string_view, 8> kSpellings{"incoming",     "establishing",     "established",
                                                       "transferring", "transferAccepted", "redirecting",
                                                       "terminating",  "terminated"};
  call::CallSnapshot call = example_call();
  for (std::size_t at = 0; at < kSpellings.size(); ++at) {
    call.state = static_cast<call::CallState>(at);
    EXPECT_EQ(text_at(boost::json::parse(write_call(call, kBase)), "/state"), kSpellings[at]);
  }
}

TEST(WriteCall, the_collections_of_a_one_to_one_call_are_empty) {
  const auto call = *call::CallId::parse(kCallText);
  const auto empty = [](std::string_view name) {
    return fmt::format(R"({{"@odata.context": "{}/$metadata#communications/calls('{}')/{}", "value": []}})",
                       kBase, kCallText, name);
  };
  expect_body(write_participants(call, kBase), empty("participants"), "v1.0-get-participants");
  expect_body(write_audio_routing_groups(call, kBase), empty("audioRoutingGroups"),
              "v1.0-get-audio-routing-groups");
  expect_body(write_content_sharing_sessions(call, kBase), empty("contentSharingSessions"),
              "v1.0-get-content-sharing-sessions");
}

TEST(WriteCall, the_admin_list_is_short_and_counts_what_plays) {
  call::CallSnapshot call = example_call();
  auto running = example_operation(call::OperationKind::play);
  auto queued = running;
  queued.id = *call::OperationId::parse("00000000-0000-4000-8000-000000000301");
  queued.status = call::OperationStatus::not_started;
  call.operations = {{running.id, running}, {queued.id, queued}};
  const std::array<call::SnapshotPtr, 1> calls{std::make_shared<const call::CallSnapshot>(call)};
  const auto entry = boost::json::parse(write_call_list(calls)).at_pointer("/calls/0");
  EXPECT_EQ(text_at(entry, "/id"), kCallText);
  EXPECT_EQ(text_at(entry, "/application"), "ivr");
  EXPECT_EQ(text_at(entry, "/state"), "established");
  EXPECT_EQ(entry.at_pointer("/operations/running"), 1);
  EXPECT_EQ(entry.at_pointer("/operations/queued"), 1);
  EXPECT_EQ(write_call_list({}), R"({"calls":[]})");
}

TEST(WriteCall, a_call_is_located_below_the_version_that_was_asked) {
  EXPECT_EQ(call_location("https://calls.example.com/beta", *call::CallId::parse(kCallText)),
            "https://calls.example.com/beta/communications/calls/6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901");
}

}  // namespace
}  // namespace tonearm::graph
