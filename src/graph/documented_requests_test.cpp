// The request examples of Graph's pages, one row each: taken, or refused with what a bot is told.

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/read_create.hpp"
#include "graph/test_bodies.hpp"

namespace tonearm::graph {
namespace {

const std::string kDocumentedUser =
    R"({"@odata.type":"#microsoft.graph.identitySet","user":{"@odata.type":"#microsoft.graph.identity",)"
    R"("id":"4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04","displayName":"Ada"}})";
const std::string kDocumentedPhone =
    R"({"@odata.type":"#microsoft.graph.identitySet","phone":{"@odata.type":"#microsoft.graph.identity",)"
    R"("id":"+12345678901"}})";
const std::string kServiceHosted =
    R"({"@odata.type":"#microsoft.graph.serviceHostedMediaConfig","preFetchMedia":[{"uri":)"
    R"("https://cdn.example.net/hello.wav","resourceId":"9a4d7b58-0a7a-4d6b-8a6f-5a0f2d7a7e06"}]})";
const std::string kAppHosted = R"({"@odata.type":"#microsoft.graph.appHostedMediaConfig","blob":"<opaque>"})";

std::string invited(const std::string& identity, const std::string& more = "") {
  return R"({"@odata.type":"#microsoft.graph.invitationParticipantInfo","identity":)" + identity + more + "}";
}

std::string documented_call(const std::string& members, const std::string& media = kServiceHosted) {
  return R"({"@odata.type":"#microsoft.graph.call","callbackUri":"https://bot.example.net/api/calls",)"
         R"("requestedModalities":["audio"],"mediaConfig":)" +
         media + "," + members + "}";
}

std::string documented_targets(const std::string& list) {
  return "\"targets\":[" + list + "]";
}

const std::string kTenantMember = R"("tenantId":"7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01")";
const std::string kChat = R"("chatInfo":{"@odata.type":"#microsoft.graph.chatInfo","threadId":)"
                          R"("19:meeting_x@thread.v2","messageId":"0"})";

/// What the bot is told; empty if the call is placed.
std::string create_refusal(const std::string& body, bool strict) {
  const Requester requester{*call::ApplicationId::parse("2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05"),
                            *call::TenantId::parse("7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01")};
  const auto order = read_create_call(body, read_as(Version::v1_0, strict), requester);
  return order ? "" : order.error().context;
}

TEST(DocumentedRequests, create_a_call_with_one_target_and_name_what_else_they_ask_for) {
  const std::vector<BodyCase> rows{
      {"one user, service-hosted", documented_call(documented_targets(invited(kDocumentedUser))), ""},
      {"one user, app-hosted", documented_call(documented_targets(invited(kDocumentedUser)), kAppHosted),
       "app-hosted media"},
      {"one number",
       documented_call(
           documented_targets(invited(kDocumentedPhone)) + "," + kTenantMember +
           R"(,"direction":"outgoing","source":{"@odata.type":"#microsoft.graph.participantInfo",)"
           R"("identity":{"@odata.type":"#microsoft.graph.identitySet","applicationInstance":)"
           R"({"@odata.type":"#microsoft.graph.identity","id":"00000000-0000-4000-8000-000000000201"}}})"),
       ""},
      {"outside of the default audio",
       documented_call(
           documented_targets(invited(kDocumentedUser, R"(,"removeFromDefaultAudioRoutingGroup":true)")),
           R"({"@odata.type":"#microsoft.graph.serviceHostedMediaConfig",)"
           R"("removeFromDefaultAudioGroup":false})"),
       ""},
      {"a target of an older type",
       documented_call(documented_targets(R"({"@odata.type":"#microsoft.graph.participantInfo","identity":)" +
                                          kDocumentedUser + "}")),
       ""},
      {"a group",
       documented_call(documented_targets(invited(kDocumentedUser) + "," + invited(kDocumentedUser))),
       "targets"},
      {"a scheduled meeting",
       documented_call(kChat + R"(,"meetingInfo":{"@odata.type":"#microsoft.graph.organizerMeetingInfo",)" +
                       R"("organizer":)" + kDocumentedUser + R"(,"allowConversationWithoutHost":true},)" +
                       kTenantMember),
       "Teams meetings"},
      {"a meeting by its id",
       documented_call(R"("meetingInfo":{"@odata.type":"#microsoft.graph.joinMeetingIdMeetingInfo",)"
                       R"("joinMeetingId":"1234567","passcode":null},)" +
                       kTenantMember),
       "Teams meetings"},
      {"a meeting by a token",
       documented_call(R"("meetingInfo":{"@odata.type":"#microsoft.graph.tokenMeetingInfo","token":"t"},)" +
                       kTenantMember),
       "Teams meetings"}};
  for (const auto& [name, body, says, ignored] : rows) {
    for (const bool strict : {false, true}) {
      const std::string refusal = create_refusal(body, strict);
      EXPECT_EQ(says.empty(), refusal.empty()) << name << ": " << refusal;
      EXPECT_NE(refusal.find(says), std::string::npos) << name << ": " << refusal;
    }
  }
}

/// Each of them must be taken, or refused, whether the server is strict or not: documentation is never
/// lenient.
void expect_documented(Action action, std::vector<BodyCase> rows, Version version = Version::v1_0) {
  expect_cases(action, rows, version);
  for (BodyCase& row : rows) row.strict = true;
  expect_cases(action, rows, version);
}

TEST(DocumentedRequests, answer_a_call) {
  const auto answered = [](const std::string& media, const std::string& more) {
    return R"({"callbackUri":"https://bot.example.net/api/calls","mediaConfig":)" + media +
           R"(,"acceptedModalities":["audio"])" + more + "}";
  };
  expect_documented(
      Action::answer,
      {{"service-hosted", answered(kServiceHosted, ""), ""},
       {"app-hosted", answered(kAppHosted, ""), "app-hosted media"},
       {"policy recording", answered(kAppHosted, R"(,"participantCapacity":200)"), "app-hosted media"},
       {"options",
        answered(kServiceHosted, R"(,"callOptions":{"@odata.type":"#microsoft.graph.incomingCallOptions",)"
                                 R"("isContentSharingNotificationEnabled":true})"),
        ""}});
}

TEST(DocumentedRequests, reject_a_call_for_each_reason) {
  expect_documented(Action::reject,
                    {{"busy", R"({"callbackUri":"https://bot.example.net/api/calls","reason":"busy"})", ""},
                     {"none", R"({"reason":"none"})", ""},
                     {"forbidden", R"({"reason":"forbidden"})", ""}});
  expect_cases(Action::reject, {{"as the page's table has it", R"({"reason":"Busy"})", ""},
                                {"which strict refuses", R"({"reason":"Busy"})", "must be one of", true}});
}

TEST(DocumentedRequests, transfer_a_call) {
  const auto to = [](const std::string& identity, const std::string& in_target,
                     const std::string& more = "") {
    return R"({"transferTarget":)" + invited(identity, in_target) + more + "}";
  };
  const std::string example_members = R"(,"endpointType":"default","languageId":"en-US","region":"amer")";
  expect_documented(
      Action::transfer,
      {{"blind, without types",
        R"({"transferTarget":{"endpointType":"default","identity":{"user":{"id":)"
        R"("4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04","displayName":"Ada"}},"languageId":"x","region":"x"},)"
        R"("clientContext":"c"})",
        ""},
       {"blind", to(kDocumentedUser, example_members), ""},
       {"consultative",
        to(kDocumentedUser, example_members + R"(,"replacesCallId":"e5d39592-99bd-4db8-bca8-30fb894ec51d")"),
        ""},
       {"to a number", to(kDocumentedPhone, "", R"(,"clientContext":"c")"), ""},
       {"of a group call",
        to(kDocumentedUser, example_members,
           R"(,"transferee":{"@odata.type":"#microsoft.graph.participantInfo","identity":)" +
               kDocumentedUser + R"(,"participantId":"909c6581-5130-43e9-88f3-fcb3582cde37"})"),
        ""}});
}

TEST(DocumentedRequests, redirect_a_call) {
  const auto to = [](const std::string& targets, const std::string& more = "") {
    return "{" + documented_targets(targets) + R"(,"callbackUri":"https://bot.example.net/api/calls")" +
           more + "}";
  };
  expect_documented(
      Action::redirect,
      {{"to a user", to(invited(kDocumentedUser)), ""},
       {"to several, in time",
        to(invited(kDocumentedUser) + "," + invited(kDocumentedUser),
           R"(,"timeout":90,"targetDisposition":"default")"),
        ""},
       {"to a number", to(invited(kDocumentedPhone)), ""},
       {"with policies", to(invited(kDocumentedUser), R"(,"routingPolicies":["disableForwarding"])"), ""},
       {"as if at once", to(invited(kDocumentedUser), R"(,"timeout":99)"), "from 15 to 90"}});
  expect_documented(Action::redirect,
                    {{"masked",
                      to(invited(kDocumentedUser),
                         R"(,"targetDisposition":"simultaneousRing","maskCallee":false,"maskCaller":true)"),
                      ""}},
                    Version::beta);
}

TEST(DocumentedRequests, play_and_record) {
  const std::string prompt =
      R"({"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":{"@odata.type":"#microsoft.graph.mediaInfo",)"
      R"("uri":"https://cdn.example.net/hello.wav","resourceId":"9a4d7b58-0a7a-4d6b-8a6f-5a0f2d7a7e06"}})";
  // The page of recordResponse has its mediaInfo without a type.
  const std::string untyped =
      R"({"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":{"uri":"https://cdn.example.net/hello.wav",)"
      R"("resourceId":"9a4d7b58-0a7a-4d6b-8a6f-5a0f2d7a7e06"}})";
  expect_documented(Action::play_prompt,
                    {{"the example", play_body(prompt, R"(,"clientContext":"ctx-17")"), ""},
                     {"for ever, on beta", play_body(prompt, R"(,"loop":true)"), ""}});
  expect_documented(Action::play_prompt, {{"for ever", play_body(prompt, R"(,"loop":true)"), ""}},
                    Version::beta);
  const std::string record =
      R"({"bargeInAllowed":true,"clientContext":"ctx-18","prompts":[)" + untyped +
      R"(],"maxRecordDurationInSeconds":10,"initialSilenceTimeoutInSeconds":5,"maxSilenceTimeoutInSeconds":2,)"
      R"("playBeep":true,"stopTones":["#","1","*"]})";
  expect_documented(Action::record_response, {{"the example", record, ""}});
  expect_documented(Action::record,
                    {{"under its older name", record, ""},
                     {"of 2018, its format", R"({"recordingFormat":"wav","playBeep":true})", ""},
                     {"of 2018, two keys in one", R"({"stopTones":["11"]})", "one key each"}},
                    Version::beta);
}

TEST(DocumentedRequests, of_tones_recording_status_and_cancel) {
  expect_documented(Action::subscribe_to_tone, {{"the example", R"({"clientContext":"ctx-17"})", ""}});
  expect_documented(Action::cancel_media_processing,
                    {{"the example", "{\n  \"clientContext\": \"clientContext-value\"\n}", ""},
                     {"of 2018", R"({"all":true,"clientContext":"c"})", ""}});
  expect_documented(Action::keep_alive, {{"has no body", "", ""}});
  expect_documented(
      Action::send_dtmf_tones,
      {{"the example", R"({"tones":["pound","tone1","star"],"clientContext":"ctx"})", ""},
       {"as the table has them", R"({"tones":[{"sequenceId":1,"tone":"tone1"}]})", "must be one of"}});
  expect_documented(Action::update_recording_status,
                    {{"the example", R"({"clientContext":"c","status":"recording"})", ""},
                     {"not recording", R"({"status":"notRecording"})", ""},
                     {"failed", R"({"status":"failed"})", ""}});
}

TEST(DocumentedRequests, with_what_only_a_reader_would_miss_are_no_json) {
  // Trailing commas, comments and missing braces stand in the pages' examples; clients send none of them.
  for (const std::string_view body :
       {R"({"clientContext":"c",})", "{\"clientContext\":\"c\" // the context\n}", R"({"clientContext":"c")"})
    EXPECT_NE(refusal_of(Action::cancel_media_processing, body), "") << body;
}

}  // namespace
}  // namespace tonearm::graph
