// operations.md §6, docs/api/transfer.md: a far end is sent to somebody else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"
#include "sip_callee.hpp"

namespace tonearm::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kAda = "00000000-0000-4000-8000-000000000101";

/// A call that is up, and Ada, who has a phone.
class TransferCall : public ::testing::Test {
 protected:
  TransferCall() {
    auto settings = test_settings(bot, dir.path());
    add_user(settings, kAda, ada.contact());
    server.emplace(std::move(settings));
    call.emplace(server->at(), bot);
  }

  ApiAnswer transfer(const std::string& more = "", const std::string& identity = "") {
    const std::string user = R"({"user":{"id":")" + std::string(kAda) + R"(","displayName":"Ada"}})";
    return call->api.request("POST", "/" + call->id + "/transfer",
                             R"({"transferTarget":{"endpointType":"default","identity":)" +
                                 (identity.empty() ? user : identity) + more + R"(},"clientContext":"c"})");
  }
  static std::pair<int, int> result(const std::optional<Heard>& heard) {
    return heard ? heard->result() : std::pair<int, int>{};
  }
  std::optional<Heard> wait_failure() {
    return bot.wait([this](const Heard& h) {
      return h.text("id") == call->id && h.text("state") == "established" && h.data().contains("resultInfo");
    });
  }

  TempDir dir;
  Bot bot;
  SipCallee ada;
  std::optional<LocalServer> server;
  std::optional<LiveCall> call;
};

TEST_F(TransferCall, sends_the_caller_to_the_target_and_ends_when_that_has_answered) {
  ASSERT_EQ(transfer().status(), 202);
  const auto refer = call->phone.wait_request("REFER");
  ASSERT_TRUE(refer);
  EXPECT_EQ(refer->header("Refer-To"), "<" + ada.contact() + ">");
  EXPECT_THAT(refer->header("Referred-By"), StartsWith("<sip:tonearm@127.0.0.1"));
  ASSERT_TRUE(bot.wait_state("transferring"));
  call->phone.respond(*refer, 202, "Accepted");
  ASSERT_TRUE(bot.wait_state("transferAccepted"));
  call->phone.send_notify("active;expires=60", "SIP/2.0 180 Ringing");
  call->phone.send_notify("terminated;reason=noresource", "SIP/2.0 200 OK");
  EXPECT_TRUE(call->phone.wait_request("BYE"));
  EXPECT_EQ(result(bot.wait_state("terminated")), std::pair(200, 7015));
}

TEST_F(TransferCall, that_the_phone_does_not_know_fails_and_the_prompt_plays_on) {
  ASSERT_FALSE(play_for_ever(*call).empty());
  ASSERT_EQ(transfer().status(), 202);
  const auto refer = call->phone.wait_request("REFER");
  ASSERT_TRUE(refer);
  call->phone.respond(*refer, 501, "Not Implemented");
  EXPECT_EQ(result(wait_failure()), std::pair(500, 7000));
  EXPECT_EQ(call->api.get("/" + call->id).text("state"), "established");
  EXPECT_TRUE(call->phone.rtp().wait_voiced_from(call->phone.rtp().count(), 5));
}

TEST_F(TransferCall, counts_as_done_if_the_phone_hangs_up_before_its_last_word) {
  ASSERT_EQ(transfer().status(), 202);
  const auto refer = call->phone.wait_request("REFER");
  ASSERT_TRUE(refer);
  call->phone.respond(*refer, 202, "Accepted");
  ASSERT_TRUE(bot.wait_state("transferAccepted"));
  call->phone.send_bye();
  EXPECT_EQ(result(bot.wait_state("terminated")), std::pair(200, 7015));
}

TEST_F(TransferCall, may_replace_another_call_of_the_bot) {
  const auto other = call->api.request(
      "POST", "",
      R"({"callbackUri":")" + bot.url() + R"(","targets":[{"identity":{"user":{"id":")" + kAda +
          R"("}}}],"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})");
  ASSERT_EQ(other.status(), 201) << other.response.body;
  const auto invite = ada.wait_invite();
  ASSERT_TRUE(invite);
  ada.answer();
  ASSERT_TRUE(ada.wait_request("ACK"));
  ASSERT_TRUE(bot.wait(
      [&](const Heard& h) { return h.text("id") == other.id() && h.data().contains("mediaState"); }));

  ASSERT_EQ(transfer(R"(,"replacesCallId":")" + other.id() + "\"").status(), 202);
  const auto refer = call->phone.wait_request("REFER");
  ASSERT_TRUE(refer);
  EXPECT_THAT(refer->header("Refer-To"), HasSubstr("?Replaces=" + invite->header("Call-ID").substr(0, 8)));
  EXPECT_THAT(refer->header("Refer-To"), HasSubstr("%3Bfrom-tag%3D"));
  call->phone.respond(*refer, 603, "Decline");
  EXPECT_EQ(result(wait_failure()), std::pair(500, 7700));
}

TEST_F(TransferCall, is_refused_where_the_bot_may_not_call_and_for_calls_that_are_not_there) {
  EXPECT_EQ(transfer("", R"({"phone":{"id":"+442079460000"}})").status(), 403);
  EXPECT_EQ(transfer(R"(,"replacesCallId":")" + base::Guid::random().to_string() + "\"").status(), 400);
  EXPECT_EQ(transfer(R"(,"replacesCallId":"mine")").status(), 400);
  EXPECT_EQ(call->api.request("POST", "/" + call->id + "/transfer", "{}").status(), 400);
  EXPECT_EQ(call->api.get("/" + call->id).text("state"), "established");
}

TEST_F(TransferCall, to_a_user_without_a_phone_fails_with_a_notification) {
  ASSERT_EQ(transfer("", R"({"user":{"id":"00000000-0000-4000-8000-000000000199"}})").status(), 202);
  EXPECT_EQ(result(wait_failure()), std::pair(500, 7000));
}

}  // namespace
}  // namespace tonearm::testing
