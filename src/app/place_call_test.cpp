// operations.md §6, §7: whom an application may call, and as whom.

#include "app/place_call.hpp"

#include <gtest/gtest.h>

namespace tonearm::app {
namespace {

using call::CommandFailure;
using call::Party;
using Kind = CommandFailure::Kind;

constexpr const char* kApplication = "00000000-0000-4000-8000-000000000001";
constexpr const char* kAda = "00000000-0000-4000-8000-000000000101";

ServedApplication application(std::vector<std::string> may_call = {"+1425"}) {
  ServedApplication application;
  application.setup.owner = {call::ApplicationId::parse(kApplication).value(),
                             call::TenantId::parse("00000000-0000-4000-8000-0000000000aa").value(), "ivr",
                             ""};
  application.setup.webhook = "https://bot.example.com/api/calls";
  application.setup.number = "+14255550100";
  application.may_call = std::move(may_call);
  return application;
}

call::CreateCall to(Party::Kind kind, std::string id) {
  call::CreateCall order;
  order.target = {kind, std::move(id), "Ada", ""};
  return order;
}

std::optional<Kind> refused(const call::CreateCall& order, const ServedApplication& by) {
  const auto call = place_call(order, {}, by);
  return call ? std::nullopt : std::optional(call.error().kind);
}

TEST(PlaceCall, numbers_are_called_by_prefix_only) {
  const auto number = to(Party::Kind::phone, "+14255550101");
  EXPECT_FALSE(refused(number, application({"+1425"})));
  EXPECT_FALSE(refused(number, application({"+44", "+14255550101"})));
  EXPECT_FALSE(refused(number, application({"*"})));
  EXPECT_EQ(refused(number, application({})), Kind::forbidden);
  EXPECT_EQ(refused(number, application({"+1426"})), Kind::forbidden);
  EXPECT_EQ(refused(number, application({"1425"})), Kind::forbidden);
  EXPECT_EQ(refused(to(Party::Kind::phone, "0014255550101"), application({"+1425"})), Kind::forbidden);
}

TEST(PlaceCall, a_refusal_names_the_setting) {
  const auto call = place_call(to(Party::Kind::phone, "+15"), {}, application());
  ASSERT_FALSE(call);
  EXPECT_NE(call.error().message.find("may_call"), std::string::npos);
}

TEST(PlaceCall, users_of_the_directory_may_always_be_called) {
  EXPECT_FALSE(refused(to(Party::Kind::user, kAda), application({})));
}

TEST(PlaceCall, an_order_becomes_a_call_with_all_that_it_said) {
  auto order = to(Party::Kind::user, kAda);
  order.callback_uri = "https://bot.example.com/callback";
  order.prefetch_media = {{"https://cdn.example.com/a.wav", "r1", 1}};
  order.modalities = {"audio", "video"};
  order.subject = "Your order";
  order.ringing_limit = std::chrono::seconds(20);
  call::CommandContext context;
  context.request = call::RequestId(7);
  context.scenario_id = "0D3C5A52-91D5-4A77-8F0E-7C2F0D1C6B10";
  const auto call = place_call(order, context, application());
  ASSERT_TRUE(call);
  EXPECT_FALSE(call->leg.call.is_nil());
  EXPECT_EQ(call->target, order.target);
  EXPECT_EQ(call->source,
            (Party{Party::Kind::application, kApplication, "ivr", "00000000-0000-4000-8000-0000000000aa"}));
  EXPECT_EQ(call->caller_number, "+14255550100");
  EXPECT_EQ(call->callback_uri, order.callback_uri);
  EXPECT_EQ(call->prefetch_media, order.prefetch_media);
  EXPECT_EQ(call->modalities, order.modalities);
  EXPECT_EQ(call->subject, order.subject);
  EXPECT_EQ(call->ringing_limit, order.ringing_limit);
  EXPECT_EQ(call->chain_id, "0d3c5a52-91d5-4a77-8f0e-7c2f0d1c6b10");
  EXPECT_EQ(call->context.request, call::RequestId(7));
}

TEST(PlaceCall, a_scenario_id_that_is_no_guid_does_not_become_the_chain) {
  call::CommandContext context;
  context.scenario_id = "scenario-1";
  EXPECT_EQ(place_call(to(Party::Kind::user, kAda), context, application())->chain_id, "");
}

TEST(PlaceCall, it_calls_as_itself_its_resource_account_or_its_number_and_nobody_else) {
  const struct {
    Party source;
    std::string configured_instance;
    bool allowed;
  } table[] = {
      {{Party::Kind::application, kApplication, "", ""}, "", true},
      {{Party::Kind::application, kAda, "", ""}, "", false},
      {{Party::Kind::application_instance, kAda, "", ""}, "", true},
      {{Party::Kind::application_instance, kAda, "", ""}, kAda, true},
      {{Party::Kind::application_instance, kAda, "", ""}, kApplication, false},
      {{Party::Kind::phone, "+14255550100", "", ""}, "", true},
      {{Party::Kind::phone, "+14255550199", "", ""}, "", false},
      {{Party::Kind::user, kAda, "", ""}, "", false},
  };
  for (const auto& [source, configured, allowed] : table) {
    auto order = to(Party::Kind::user, kAda);
    order.source = source;
    auto by = application();
    by.setup.owner.application_instance = configured;
    const auto call = place_call(order, {}, by);
    EXPECT_EQ(call.has_value(), allowed) << source.id;
    if (call) {
      EXPECT_EQ(call->source.id, source.id);
      EXPECT_EQ(call->source.display_name, "ivr");
    } else {
      EXPECT_EQ(call.error().kind, Kind::bad_request);
    }
  }
}

TEST(PlaceCall, somebody_has_to_hear_of_it) {
  auto by = application();
  by.setup.webhook = "";
  auto order = to(Party::Kind::user, kAda);
  EXPECT_EQ(refused(order, by), Kind::bad_request);
  order.callback_uri = "https://bot.example.com/callback";
  EXPECT_FALSE(refused(order, by));
}

}  // namespace
}  // namespace tonearm::app
