// operations.md §8: what is sent again is not done again.

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "server_fixture.hpp"
#include "sip_callee.hpp"

namespace tonearm::testing {
namespace {

constexpr const char* kCallee = "00000000-0000-4000-8000-000000000101";
constexpr const char* kJson = "Content-Type: application/json\r\n";

std::string first_time(const std::string& id) {
  return std::string(kJson) + "client-request-id: " + id + "\r\n";
}
std::string retry(const std::string& id, int attempt = 1) {
  return first_time(id) + "Retry-Attempt: " + std::to_string(attempt) + "\r\n";
}
std::string by_name(const std::string& id) {
  return std::string(kJson) + "Repeatability-Request-ID: " + id + "\r\n";
}

std::string order(const Bot& bot) {
  return R"({"@odata.type":"#microsoft.graph.call","callbackUri":")" + bot.url("/callback") +
         R"(","targets":[{"identity":{"user":{"id":")" + kCallee +
         R"("}}}],"requestedModalities":["audio"],)" +
         R"("mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})";
}

std::string play_of(const std::string& uri) {
  return R"({"prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":)" +
         (R"({"@odata.type":"#microsoft.graph.mediaInfo","uri":")" + uri + R"("}}]})");
}

std::size_t invites(const SipCallee& callee) {
  std::set<std::string> calls;
  for (const auto& message : callee.log()) {
    if (message.method() == "INVITE" && message.status() == 0) calls.insert(message.header("Call-ID"));
  }
  return calls.size();
}

class RepeatedRequest : public ::testing::Test {
 protected:
  TempDir dir;
  Bot bot;
  SipCallee ada;
};

TEST_F(RepeatedRequest, a_retried_order_places_one_call_and_gets_the_first_answer) {
  auto settings = test_settings(bot, dir.path());
  add_user(settings, kCallee, ada.contact());
  LocalServer server(std::move(settings));
  ApiClient api(server.at().http, token_for(server.at()));
  const auto created = api.request("POST", "", order(bot), first_time("11"));
  ASSERT_EQ(created.status(), 201) << created.response.body;
  ASSERT_TRUE(ada.wait_invite());
  const auto again = api.request("POST", "", order(bot), retry("11"));
  EXPECT_EQ(again.status(), 201);
  EXPECT_EQ(again.response.body, created.response.body);
  EXPECT_EQ(again.response.header("location"), created.response.header("location"));
  EXPECT_EQ(again.response.header("content-type"), created.response.header("content-type"));
  EXPECT_NE(again.response.header("request-id"), created.response.header("request-id"));

  const auto another = api.request("POST", "", order(bot), first_time("11"));  // no retry, so another call
  EXPECT_EQ(another.status(), 201);
  EXPECT_NE(another.id(), created.id());
  ASSERT_TRUE(ada.wait_invite());
  EXPECT_EQ(invites(ada), 2u);
}

TEST_F(RepeatedRequest, a_repeated_play_is_queued_once_a_cancel_and_a_keep_alive_are_done_each_time) {
  bot.serve("/long.wav", tone_wav(440, 20.0));
  LocalServer server(test_settings(bot, dir.path()));
  LiveCall call(server.at(), bot);
  const std::string play = "/" + call.id + "/playPrompt";
  const auto first = call.api.request("POST", play, play_of(bot.url("/long.wav")), by_name("p1"));
  ASSERT_EQ(first.status(), 200) << first.response.body;
  const auto again = call.api.request("POST", play, play_of(bot.url("/long.wav")), by_name("p1"));
  EXPECT_EQ(again.response.body, first.response.body);
  const auto misused = call.api.request("POST", play, play_of(bot.url("/other.wav")), by_name("p1"));
  EXPECT_EQ(misused.status(), 400);
  EXPECT_THAT(misused.response.body, ::testing::HasSubstr("Repeatability-Request-ID"));
  EXPECT_EQ(call.api.get("/" + call.id + "/operations/$count").response.body, "1");
  ASSERT_TRUE(call.phone.rtp().wait_voiced(5));

  std::set<std::string> cancels;
  for (int i = 0; i < 2; ++i)
    cancels.insert(
        call.api.request("POST", "/" + call.id + "/cancelMediaProcessing", "{}", by_name("c1")).id());
  EXPECT_EQ(cancels.size(), 2u);
  for (const char* body : {"{}", "null"})  // a kept answer would make the second a misuse
    EXPECT_EQ(call.api.request("POST", "/" + call.id + "/keepAlive", body, by_name("k1")).status(), 200);
}

TEST_F(RepeatedRequest, a_reject_that_is_sent_again_is_still_answered_202_when_its_call_is_gone) {
  LocalServer server(test_settings(bot, dir.path()));
  SipPhone phone(server.at().sip);
  phone.send_invite("ivr", phone.sdp());
  const std::string id = bot.wait_incoming();
  ASSERT_FALSE(id.empty());
  ApiClient api(server.at().http, token_for(server.at()));
  const std::string path = "/" + id + "/reject";
  EXPECT_EQ(api.request("POST", path, R"({"reason":"busy"})", by_name("r1")).status(), 202);
  ASSERT_TRUE(bot.wait_state("terminated"));
  EXPECT_EQ(api.request("POST", path, R"({"reason":"busy"})", by_name("r1")).status(), 202);
  EXPECT_EQ(api.request("POST", path, R"({"reason":"busy"})", by_name("r2")).status(), 404);
}

TEST_F(RepeatedRequest, a_crash_between_an_order_and_its_retry_places_no_second_call) {
  const std::string toml = test_toml(
      bot, dir.path() / "data",
      std::string("[[user]]\nid = \"") + kCallee + "\"\nname = \"Ada\"\nsip = \"" + ada.contact() + "\"\n");
  auto server = std::make_unique<ServerProcess>(toml, dir.path());
  ApiAnswer created;
  {
    ApiClient api(server->at().http, token_for(server->at()));
    created = api.request("POST", "", order(bot), first_time("11"));
    ASSERT_EQ(created.status(), 201) << created.response.body;
    ASSERT_TRUE(ada.wait_invite());
  }
  server->signal(SIGKILL);
  server->wait();

  server = std::make_unique<ServerProcess>(toml, dir.path());
  ApiClient api(server->at().http, token_for(server->at()));
  const auto again = api.request("POST", "", order(bot), retry("11"));
  EXPECT_EQ(again.status(), 201);
  EXPECT_EQ(again.response.body, created.response.body);
  EXPECT_EQ(again.response.header("location"), created.response.header("location"));
  const auto other = api.request("POST", "", order(bot), retry("12"));  // a new one, so that an INVITE comes
  ASSERT_EQ(other.status(), 201) << other.response.body;
  ASSERT_TRUE(ada.wait_invite());
  EXPECT_EQ(invites(ada), 2u);
}

}  // namespace
}  // namespace tonearm::testing
