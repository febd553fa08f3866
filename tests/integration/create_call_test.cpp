// operations.md §6: calls that a bot places.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"
#include "sip_callee.hpp"

namespace tonearm::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kAda = "00000000-0000-4000-8000-000000000101";
constexpr const char* kNobody = "00000000-0000-4000-8000-000000000199";

config::Settings settings_with(const Bot& bot, const TempDir& dir, const SipCallee& ada) {
  auto settings = test_settings(bot, dir.path());
  add_user(settings, kAda, ada.contact());
  return settings;
}

std::string user(const char* id = kAda) {
  return std::string(R"({"user":{"id":")") + id + R"(","displayName":"Ada"}})";
}

class CreateCall : public ::testing::Test {
 protected:
  explicit CreateCall(const std::function<void(config::Settings&)>& change = [](auto&) {}) {
    auto settings = settings_with(bot, dir, ada);
    change(settings);
    server.emplace(std::move(settings));
    api.emplace(server->at().http, token_for(server->at()));
  }

  ApiAnswer call(const std::string& identity = user(), const std::string& more = "") {
    return api->request("POST", "",
                        R"({"@odata.type":"#microsoft.graph.call","callbackUri":")" +
                            bot.url("/callback?call=1") + R"(","targets":[{"identity":)" + identity +
                            R"(}],"requestedModalities":["audio"],"mediaConfig":)"
                            R"({"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"})" +
                            more + "}");
  }
  /// resultInfo of the call's end.
  std::pair<int, int> end() {
    const auto ended = bot.wait_state("terminated", 20s);
    return ended ? ended->result() : std::pair<int, int>{};
  }
  boost::json::value records(const std::string& query = "") {
    ApiClient admin(server->at().admin, "", "/tonearm");
    return admin.get("/records" + query).json().at("records");
  }

  TempDir dir;
  Bot bot;
  SipCallee ada;
  std::optional<LocalServer> server;
  std::optional<ApiClient> api;
};

TEST_F(CreateCall, is_201_then_establishing_established_and_audio_active_each_once_and_plays) {
  bot.serve("/tone.wav", tone_wav(440, 1.0));
  const auto created = call(user(), R"(,"subject":"Your order","tenantId":")" + std::string(kTenant) + "\"");
  ASSERT_EQ(created.status(), 201) << created.response.body;
  EXPECT_EQ(created.text("state"), "establishing");
  EXPECT_EQ(created.text("direction"), "outgoing");
  EXPECT_EQ(created.text("subject"), "Your order");
  EXPECT_EQ(created.text("callbackUri"), bot.url("/callback?call=1"));
  EXPECT_THAT(created.response.header("location"),
              ::testing::EndsWith("/communications/calls/" + created.id()));

  const auto invite = ada.wait_invite();
  ASSERT_TRUE(invite);
  ada.ring();
  ada.answer();
  ASSERT_TRUE(ada.wait_request("ACK"));
  ASSERT_TRUE(bot.wait_audio(20s));
  const std::size_t before = ada.rtp().count();
  const auto play = api->play(created.id(), bot.url("/tone.wav"));
  ASSERT_EQ(play.status(), 200) << play.response.body;
  EXPECT_TRUE(ada.rtp().wait_voiced_from(before, 49));
  ASSERT_TRUE(bot.wait_operation_end(play.id(), 20s));
  ada.send_bye();
  ASSERT_TRUE(ada.wait_status(200, "BYE"));
  EXPECT_EQ(end(), std::pair(200, 4521));

  std::vector<std::string> states;
  for (const auto& heard : bot.heard()) {
    if (heard.text("state").empty()) continue;
    states.push_back(heard.text("state") + (heard.data().contains("mediaState") ? "+audio" : ""));
  }
  EXPECT_THAT(states, ElementsAre("establishing", "established", "established+audio", "terminated"));
}

TEST_F(CreateCall, the_callee_who_is_busy_declines_or_is_unknown_ends_it_by_the_table) {
  const std::tuple<int, int, int> table[] = {{486, 486, 0}, {603, 603, 0}, {480, 480, 10037}, {404, 404, 0}};
  for (const auto& [status, code, subcode] : table) {
    ASSERT_EQ(call().status(), 201);
    ASSERT_TRUE(ada.wait_invite());
    ada.refuse(status);
    EXPECT_EQ(end(), std::pair(code, subcode)) << status;
  }
}

TEST_F(CreateCall, somebody_whom_the_directory_does_not_know_is_unreachable) {
  EXPECT_EQ(call(user(kNobody)).status(), 201);
  EXPECT_EQ(end(), std::pair(480, 10037));
}

TEST_F(CreateCall, a_number_outside_may_call_is_403_and_nothing_rings) {
  const auto refused = call(R"({"phone":{"id":"+14255550199"}})");
  EXPECT_EQ(refused.status(), 403);
  EXPECT_THAT(refused.response.body, HasSubstr("may_call"));
  EXPECT_TRUE(bot.heard().empty());
}

class MayCall : public CreateCall {
 protected:
  MayCall() : CreateCall([](config::Settings& s) { s.applications[0].may_call = {"+1 425"}; }) {}
};

TEST_F(MayCall, a_number_without_a_trunk_has_no_route) {
  ASSERT_EQ(call(R"({"phone":{"id":"+14255550199"}})").status(), 201);
  EXPECT_EQ(end(), std::pair(480, 10134));
}

TEST_F(CreateCall, deleted_while_it_rings_sends_a_cancel) {
  const auto created = call();
  ASSERT_TRUE(ada.wait_invite());
  ada.ring();
  EXPECT_EQ(api->hang_up(created.id()).status(), 204);
  EXPECT_TRUE(ada.wait_request("CANCEL"));
  EXPECT_EQ(end(), std::pair(200, 7000));
}

TEST_F(CreateCall, hung_up_by_the_bot_leaves_a_record_with_both_parties_and_the_sound_of_both_ways) {
  const auto created = call();
  ASSERT_TRUE(ada.wait_invite());
  ada.answer();
  ASSERT_TRUE(bot.wait_audio(20s));
  ada.rtp().speak(ada.media());
  ASSERT_TRUE(ada.rtp().wait_for([](const auto& packets) { return packets.size() >= 25; }, 20s));
  EXPECT_EQ(api->hang_up(created.id()).status(), 204);
  ASSERT_TRUE(ada.wait_request("BYE"));
  EXPECT_EQ(end(), std::pair(200, 7000));

  const auto list = records();
  ASSERT_EQ(list.as_array().size(), 1u);
  const auto& record = list.at(0);
  EXPECT_EQ(record.at("call").as_string(), created.id());
  EXPECT_EQ(record.at("direction").as_string(), "outgoing");
  EXPECT_EQ(record.at("source").at("application").at("id").as_string(), kApplication);
  EXPECT_EQ(record.at("targets").at(0).at("user").at("id").as_string(), kAda);
  EXPECT_EQ(record.at("subcode").to_number<int>(), 7000);
  EXPECT_EQ(record.at("codec").as_string(), "PCMU");
  EXPECT_GE(record.at("media").at("sent").at("packets").to_number<int>(), 25);
  EXPECT_GT(record.at("media").at("received").at("packets").to_number<int>(), 0);
  EXPECT_FALSE(record.at("media").at("oneWay").as_bool());
  EXPECT_FALSE(record.at("established").is_null());
  EXPECT_TRUE(records("?after=" + std::to_string(record.at("cursor").to_number<int>())).as_array().empty());

  ApiClient admin(server->at().admin, "", "/tonearm");
  const std::string metrics = admin.get("/metrics").response.body;
  for (const char* line :
       {R"(tonearm_calls_started_total{direction="outgoing"} 1)", "tonearm_calls_one_way_total 0",
        R"(tonearm_calls_ended_total{code="200",subcode="7000"} 1)", "tonearm_rtp_jitter_seconds_count 1"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
}

TEST_F(CreateCall, belongs_to_its_application_alone) {
  const auto created = call();
  ApiClient other(server->at().http, token_for(server->at(), kOtherApplication));
  EXPECT_EQ(other.get("/" + created.id()).status(), 404);
  ApiClient stranger(server->at().http, token_for(server->at(), kStranger, kStrangerTenant));
  EXPECT_EQ(stranger.hang_up(created.id()).status(), 403);
  EXPECT_EQ(api->get("/" + created.id()).status(), 200);
}

class OneAtATime : public CreateCall {
 protected:
  OneAtATime() : CreateCall([](config::Settings& s) { s.applications[0].max_calls = 1; }) {}
};

TEST_F(OneAtATime, a_second_call_is_429_until_the_first_has_ended_and_a_caller_gets_486) {
  const auto first = call();
  ASSERT_EQ(first.status(), 201);
  const auto second = call();
  EXPECT_EQ(second.status(), 429);
  EXPECT_FALSE(second.response.header("retry-after").empty());
  SipPhone caller(server->at().sip);
  caller.send_invite("ivr", caller.sdp());
  const auto refused = caller.wait_final("INVITE", 20s);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 486);

  ASSERT_TRUE(ada.wait_invite());
  ada.refuse(486);
  EXPECT_EQ(end(), std::pair(486, 0));
  // The place is free once the end is on disk and told, which the bot may hear a moment before.
  int status = 0;
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while ((status = call().status()) == 429 && std::chrono::steady_clock::now() < deadline) continue;
  EXPECT_EQ(status, 201);
}

class OneInAll : public CreateCall {
 protected:
  OneInAll() : CreateCall([](config::Settings& s) { s.calls.max = 1; }) {}
};

TEST_F(OneInAll, a_server_that_is_full_answers_503) {
  ASSERT_EQ(call().status(), 201);
  const auto second = call();
  EXPECT_EQ(second.status(), 503);
  EXPECT_FALSE(second.response.header("retry-after").empty());
}

class AutoAnswer : public CreateCall {
 protected:
  AutoAnswer()
      : CreateCall([](config::Settings& s) {
          s.applications[0].auto_answer = true;
          s.applications[0].webhook = "";
        }) {}
};

TEST_F(AutoAnswer, answers_holds_and_leaves_a_record_without_any_bot) {
  SipPhone caller(server->at().sip);
  ASSERT_TRUE(caller.call("ivr", 20s));
  EXPECT_TRUE(caller.rtp().wait_for([](const auto& packets) { return packets.size() >= 25; }, 20s));
  caller.send_bye();
  ASSERT_TRUE(caller.wait_status(200, "BYE", 20s));
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  boost::json::value list = records();
  while (list.as_array().empty() && std::chrono::steady_clock::now() < deadline) list = records();
  ASSERT_EQ(list.as_array().size(), 1u);
  EXPECT_EQ(list.at(0).at("direction").as_string(), "incoming");
  EXPECT_EQ(list.at(0).at("subcode").to_number<int>(), 4521);
  EXPECT_TRUE(bot.heard().empty());
}

}  // namespace
}  // namespace tonearm::testing
