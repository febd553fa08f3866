// facts §6.1: POST /communications/calls.

#include "graph/read_create.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/errors.hpp"
#include "graph/read_identity.hpp"
#include "graph/test_bodies.hpp"

namespace tonearm::graph {
namespace {

using call::Party;

constexpr std::string_view kTenant = "7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01";
constexpr std::string_view kApplication = "2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05";
constexpr std::string_view kAda = "4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04";

Requester requester() {
  return {*call::ApplicationId::parse(kApplication), *call::TenantId::parse(kTenant)};
}

const std::string kUser = fmt::format(R"({{"user":{{"id":"{}","displayName":"Ada"}}}})", kAda);
const std::string kMedia = R"("mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"})";

std::string participant(std::string_view identity) {
  return fmt::format(R"({{"identity":{}}})", identity);
}
/// A body that calls `identity`, with `more` members.
std::string call_to(std::string_view identity, std::string_view more = "") {
  return fmt::format(R"({{"callbackUri":"https://bot.example.com/cb","targets":[{}],{}{}}})",
                     participant(identity), kMedia, more);
}

call::CreateCall read(std::string_view body, const ReadOptions& how = read_as()) {
  auto order = read_create_call(body, how, requester());
  EXPECT_TRUE(order) << body << ": " << (order ? "" : order.error().message());
  return order.value_or(call::CreateCall{});
}

/// The message of a 400; empty if the body was taken.
std::string refusal(std::string_view body, const ReadOptions& how = read_as()) {
  const auto order = read_create_call(body, how, requester());
  if (order) return {};
  EXPECT_EQ(order.error().code, make_error_code(Errc::bad_request)) << body;
  return order.error().context;
}

TEST(ReadCreate, the_pages_example_is_taken_whole) {
  const auto order = read(R"({ "@odata.type": "#microsoft.graph.call",
    "callbackUri": "https://bot.example.com/api/calls?webInstanceId=1",
    "targets": [ { "@odata.type": "#microsoft.graph.invitationParticipantInfo",
      "identity": { "@odata.type": "#microsoft.graph.identitySet",
        "user": { "@odata.type": "#microsoft.graph.identity",
                  "id": "4F0A5F0B-7F5A-4C36-9C11-2C4D9C3B1D04", "displayName": "Ada" } } } ],
    "source": { "@odata.type": "#microsoft.graph.participantInfo",
      "identity": { "application": { "id": "2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05" } } },
    "requestedModalities": [ "audio" ], "direction": "outgoing", "subject": "Your order",
    "callOptions": { "@odata.type": "#microsoft.graph.outgoingCallOptions", "isDeltaRosterEnabled": true },
    "tenantId": "7D2B3F0E-1111-4C58-9A01-5B8F3A6E0C01",
    "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig",
      "preFetchMedia": [ { "uri": "https://cdn.example.com/hello.wav", "resourceId": "r1" } ] } })");
  EXPECT_EQ(order.application, requester().application);
  EXPECT_EQ(order.tenant, requester().tenant);
  EXPECT_EQ(order.target, (Party{Party::Kind::user, std::string(kAda), "Ada", std::string(kTenant)}));
  ASSERT_TRUE(order.source);
  EXPECT_EQ(*order.source, (Party{Party::Kind::application, std::string(kApplication), "", ""}));
  EXPECT_EQ(order.callback_uri, "https://bot.example.com/api/calls?webInstanceId=1");
  EXPECT_EQ(order.modalities, std::vector<std::string>{"audio"});
  EXPECT_EQ(order.subject, "Your order");
  EXPECT_EQ(order.prefetch_media,
            (std::vector<call::Prompt>{{"https://cdn.example.com/hello.wav", "r1", 1}}));
}

TEST(ReadCreate, a_number_is_called_by_its_digits) {
  const auto order = read(call_to(
      R"({"user":null,"phone":{"@odata.type":"#microsoft.graph.identity","id":"+1 (425) 555-0100"}})",
      R"(,"source":{"identity":{"applicationInstance":{"id":"00000000-0000-4000-8000-000000000009"}}})"));
  EXPECT_EQ(order.target, (Party{Party::Kind::phone, "+14255550100", "", ""}));
  EXPECT_EQ(order.source->kind, Party::Kind::application_instance);
}

TEST(ReadCreate, what_is_left_out_has_its_default) {
  const auto order = read(fmt::format(R"({{"targets":[{}],{}}})", participant(kUser), kMedia));
  EXPECT_FALSE(order.source);
  EXPECT_EQ(order.callback_uri, "");
  EXPECT_EQ(order.modalities, std::vector<std::string>{"audio"});
  EXPECT_FALSE(order.ringing_limit);
}

TEST(ReadCreate, one_target_that_can_be_called_is_asked_for) {
  const auto targets = [](std::string_view list) {
    return fmt::format(R"({{"callbackUri":"https://bot.example.com/cb","targets":{},{}}})", list, kMedia);
  };
  const std::string ada = participant(kUser);
  const std::pair<std::string, std::string> table[] = {
      {targets("[]"), "targets must have one entry"},
      {targets("null"), "targets must have one entry"},
      {targets(fmt::format("[{},{}]", ada, ada)), "group calls"},
      {targets("[{}]"), "targets[0].identity is required"},
      {targets("[7]"), "targets[0] must be a JSON object"},
      {call_to("{}"), "targets[0].identity must have user or phone"},
      {call_to(R"({"user":{}})"), "targets[0].identity.user.id is required"},
      {call_to(R"({"user":{"id":"ada"}})"), "targets[0].identity.user.id must be an object id"},
      {call_to(R"({"phone":{"id":"ada@example.com"}})"), "targets[0].identity.phone.id must be a telephone"},
      {call_to(R"({"phone":{"id":"+1425;ext=1"}})"), "must be a telephone"},
      {call_to(fmt::format(R"({{"user":{{"id":"{}"}},"phone":{{"id":"+14255550100"}}}})", kAda)), "name one"},
      {call_to(fmt::format(R"({{"application":{{"id":"{}"}}}})", kAda)), "cannot be called"},
      {call_to(fmt::format(R"({{"applicationInstance":{{"id":"{}"}}}})", kAda)), "cannot be called"},
      {call_to(fmt::format(R"({{"guest":{{"id":"{}"}}}})", kAda)), "guest is not known here"},
      {call_to(fmt::format(R"({{"encrypted":{{"id":"{}"}}}})", kAda)), "encrypted is not known here"},
      {targets(fmt::format(R"([{{"identity":{},"replacesCallId":"x"}}])", kUser)), "replacesCallId"},
  };
  for (const auto& [body, message] : table) {
    EXPECT_NE(refusal(body).find(message), std::string::npos) << body << ": " << refusal(body);
  }
}

TEST(ReadCreate, what_this_server_does_not_do_is_refused_by_name) {
  const std::pair<std::string, std::string> table[] = {
      {call_to(kUser, R"(,"meetingInfo":{"@odata.type":"#microsoft.graph.tokenMeetingInfo","token":"t"})"),
       "meetingInfo is for Teams meetings"},
      {R"({"callbackUri":"https://bot.example.com/cb","chatInfo":{"threadId":"t"}})",
       "chatInfo is for Teams meetings"},
      {call_to(kUser, R"(,"requestedModalities":["video"])"), "requestedModalities must have \"audio\""},
      {call_to(kUser, R"(,"direction":"incoming")"), "direction must be one of outgoing"},
      {call_to(kUser, R"(,"callbackUri2":1,"@tonearm.x":1)"), "@tonearm.x is not known here"},
      {fmt::format(R"({{"targets":[{}]}})", participant(kUser)), "mediaConfig is required"},
      {fmt::format(
           R"({{"targets":[{}],"mediaConfig":{{"@odata.type":"#microsoft.graph.appHostedMediaConfig","blob":"b"}}}})",
           participant(kUser)),
       "app-hosted media"},
      {call_to(kUser, R"(,"subject":")" + std::string(2000, 'x') + "\""), "subject must not be longer"},
  };
  for (const auto& [body, message] : table) {
    EXPECT_NE(refusal(body).find(message), std::string::npos) << body << ": " << refusal(body);
  }
}

TEST(ReadCreate, a_source_is_the_application_itself_its_account_or_its_number) {
  const auto from = [](std::string_view identity) {
    return call_to(kUser, fmt::format(R"(,"source":{})", participant(identity)));
  };
  EXPECT_EQ(refusal(from(fmt::format(R"({{"application":{{"id":"{}"}}}})", kApplication))), "");
  EXPECT_EQ(refusal(from(R"({"phone":{"id":"+14255550100"}})")), "");
  EXPECT_NE(refusal(from(fmt::format(R"({{"application":{{"id":"{}"}}}})", kAda))).find("access token"),
            std::string::npos);
  EXPECT_NE(refusal(from(kUser)).find("source.identity must be the application"), std::string::npos);
}

TEST(ReadCreate, another_tenant_than_the_tokens_is_a_mismatch) {
  for (const std::string_view other : {kAda, std::string_view("contoso.example.com")}) {
    const auto order =
        read_create_call(call_to(kUser, fmt::format(R"(,"tenantId":"{}")", other)), read_as(), requester());
    ASSERT_FALSE(order) << other;
    EXPECT_EQ(error_answer(order.error()).status, 403);
    EXPECT_EQ(error_answer(order.error()).code, "7505");
  }
  EXPECT_EQ(refusal(call_to(kUser, R"(,"tenantId":null)")), "");
}

TEST(ReadCreate, how_long_it_rings_is_a_member_of_beta_only) {
  const std::string body = call_to(kUser, R"(,"ringingTimeoutInSeconds":20)");
  EXPECT_FALSE(read(body).ringing_limit);
  EXPECT_EQ(read(body, read_as(Version::beta)).ringing_limit, std::chrono::seconds(20));
  for (const char* wrong : {"0", "116", "\"20\"", "1.5"}) {
    const std::string refused = call_to(kUser, fmt::format(R"(,"ringingTimeoutInSeconds":{})", wrong));
    EXPECT_NE(refusal(refused, read_as(Version::beta)).find("from 1 to 115"), std::string::npos) << wrong;
  }
}

TEST(ReadCreate, strict_asks_for_the_callback_that_the_metadata_requires) {
  const std::string body = fmt::format(R"({{"targets":[{}],{}}})", participant(kUser), kMedia);
  EXPECT_NE(refusal(body, read_as(Version::v1_0, true)).find("callbackUri is required"), std::string::npos);
  EXPECT_EQ(refusal(call_to(kUser), read_as(Version::v1_0, true)), "");
}

TEST(ReadCreate, lists_wrapped_by_a_dotnet_serializer_are_lists) {
  const auto order = read(fmt::format(
      R"({{"$id":"1","targets":{{"$id":"2","$values":[{}]}},"requestedModalities":{{"$id":"3","$values":["Audio"]}},{}}})",
      participant(kUser), kMedia));
  EXPECT_EQ(order.target.id, kAda);
  EXPECT_EQ(order.modalities, std::vector<std::string>{"audio"});
}

TEST(ReadCreate, numbers_are_a_plus_and_digits_and_nothing_else) {
  const std::pair<std::string_view, std::string_view> numbers[] = {
      {"+14255550100", "+14255550100"}, {"100", "100"}, {"+1 425.555-0100", "+14255550100"}, {"(0) 1", "01"}};
  for (const auto& [text, number] : numbers) EXPECT_EQ(plain_number(text), number);
  for (const std::string_view text : {"", "+", "-", "++1", "1+1", "*72", "#31#1", "1@example.com", "1;x",
                                      "1\r\n", "\xd9\xa1", "123456789012345678901234567890123"}) {
    EXPECT_FALSE(plain_number(text)) << text;
  }
}

}  // namespace
}  // namespace tonearm::graph
