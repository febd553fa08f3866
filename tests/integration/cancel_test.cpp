#include <algorithm>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

class CancelTest : public ::testing::Test {
 protected:
  TempDir dir;
  Bot bot;
  LocalServer server{test_settings(bot, dir.path())};

  void SetUp() override {
    bot.serve("/long.wav", tone_wav(440, 20.0));
    bot.serve("/other.wav", tone_wav(880, 20.0));
    bot.serve("/short.wav", tone_wav(660, 0.2));
  }
};

class CancelEverywhere : public CancelTest, public ::testing::WithParamInterface<const char*> {};

void expect_cancelled(const std::optional<Heard>& end) {
  ASSERT_TRUE(end);
  EXPECT_EQ(end->change(), "deleted");
  EXPECT_EQ(end->text("status"), "failed");
  EXPECT_EQ(end->data().at("resultInfo").at("code").to_number<int>(), 400);
  EXPECT_EQ(end->data().at("resultInfo").at("subcode").to_number<int>(), 8508);
}

TEST_P(CancelEverywhere, running_and_queued_prompts_end_in_order_and_a_later_play_sounds) {
  LiveCall call(server.at(), bot, GetParam());
  const auto first = call.api.play(call.id, bot.url("/long.wav"), "one");
  const auto second = call.api.play(call.id, bot.url("/other.wav"), "two");
  ASSERT_TRUE(call.phone.rtp().wait_voiced(10));

  const auto cancel = call.api.cancel(call.id, R"({"clientContext":"stop it"})");
  ASSERT_EQ(cancel.status(), 200) << cancel.response.body;
  EXPECT_EQ(cancel.text("status"), "completed");
  EXPECT_EQ(cancel.text("clientContext"), "stop it");
  EXPECT_THAT(cancel.response.header("location"), ::testing::EndsWith("/operations/" + cancel.id()));
  const auto cancelled = cancel.json().at("@tonearm.cancelled").as_array();
  EXPECT_EQ(cancelled, (boost::json::array{first.id(), second.id()}));
  EXPECT_GE(cancel.json().at("@tonearm.stopMicroseconds").to_number<int>(), 0);

  expect_cancelled(bot.wait_operation_end(first.id()));
  expect_cancelled(bot.wait_operation_end(second.id()));
  EXPECT_EQ(call.api.get("/" + call.id + "/operations/" + cancel.id()).id(), cancel.id());

  const std::size_t before = call.phone.rtp().count();
  const auto third = call.api.play(call.id, bot.url("/short.wav"));
  const auto end = bot.wait_operation_end(third.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  EXPECT_TRUE(call.phone.rtp().wait_voiced_from(before, 10));
  const auto packets = call.phone.rtp().heard();
  EXPECT_EQ(voiced_after(packets, cancel.answered_ns), 10u);  // the third prompt and nothing else
}

INSTANTIATE_TEST_SUITE_P(BothVersionsAndRoots, CancelEverywhere,
                         ::testing::Values("/v1.0/communications/calls", "/beta/communications/calls",
                                           "/v1.0/app/calls", "/beta/app/calls"));

TEST_F(CancelTest, nothing_to_cancel_is_the_same_200_without_a_notification) {
  LiveCall call(server.at(), bot);
  const std::size_t before = bot.heard().size();
  const auto cancel = call.api.cancel(call.id);
  EXPECT_EQ(cancel.status(), 200);
  EXPECT_TRUE(cancel.json().at("@tonearm.cancelled").as_array().empty());
  call.api.hang_up(call.id);
  ASSERT_TRUE(bot.wait_state("terminated"));
  EXPECT_EQ(bot.heard().size(), before + 2);
}

TEST_F(CancelTest, two_cancels_within_2_ms_both_answer_200_and_each_operation_ends_once) {
  LiveCall call(server.at(), bot);
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    const auto play = call.api.play(call.id, bot.url("/long.wav"));
    ASSERT_TRUE(call.phone.rtp().wait_voiced(2));
    const std::string token = call.api.token();
    ApiAnswer other_answer;
    ApiClient other(server.at().http, token);
    std::thread second([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));  // the race under test
      other_answer = other.cancel(call.id);
    });
    const auto answer = call.api.cancel(call.id);
    second.join();
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(other_answer.status(), 200);
    expect_cancelled(bot.wait_operation_end(play.id()));
    const auto packets = call.phone.rtp().heard();
    EXPECT_EQ(voiced_after(packets, std::min(answer.answered_ns, other_answer.answered_ns)), 0u);
  }
  const auto heard = bot.heard();
  const auto endings =
      std::count_if(heard.begin(), heard.end(), [](auto& h) { return h.change() == "deleted"; });
  EXPECT_EQ(endings, 20);
}

TEST_F(CancelTest, cancel_at_a_random_phase_of_the_last_frame_ends_once_and_agrees_with_the_packets) {
  const char* rounds_text = std::getenv("TONEARM_CANCEL_ROUNDS");
  const int rounds = rounds_text ? std::atoi(rounds_text) : 100;
  LiveCall call(server.at(), bot);
  call.phone.rtp().speak(call.phone.media());  // 1 000 rounds outlast media.timeout
  std::mt19937 random(11);
  for (int round = 0; round < rounds; ++round) {
    const std::size_t before = call.phone.rtp().count();
    const auto play = call.api.play(call.id, bot.url("/short.wav"));
    ASSERT_TRUE(call.phone.rtp().wait_voiced_from(before, 9));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));  // the phase under test
    const auto cancel = call.api.cancel(call.id);
    ASSERT_EQ(cancel.status(), 200);
    const auto end = bot.wait_operation_end(play.id());
    ASSERT_TRUE(end);
    const auto told = end->data().at("@tonearm.sentMs").to_number<std::size_t>() / 20;
    ASSERT_TRUE(call.phone.rtp().wait_voiced_from(before, told));  // the ear may be behind
    const auto packets = call.phone.rtp().heard();
    const std::size_t sent = call.phone.rtp().voiced_from(before);
    EXPECT_EQ(sent, told);
    const bool was_cancelled = !cancel.json().at("@tonearm.cancelled").as_array().empty();
    EXPECT_EQ(end->text("status"), was_cancelled ? "failed" : "completed");
    if (!was_cancelled) {
      EXPECT_EQ(sent, 10u);
    }
    EXPECT_EQ(voiced_after(packets, cancel.answered_ns), 0u);
  }
  const auto heard = bot.heard();
  EXPECT_EQ(std::count_if(heard.begin(), heard.end(), [](auto& h) { return h.change() == "deleted"; }),
            rounds);
}

TEST_F(CancelTest, bye_within_1_ms_of_a_cancel_gives_one_ending_per_operation_and_terminated_last) {
  std::mt19937 random(13);
  for (int round = 0; round < 20; ++round) {
    LiveCall call(server.at(), bot);
    const auto first = call.api.play(call.id, bot.url("/long.wav"));
    const auto second = call.api.play(call.id, bot.url("/other.wav"));
    ASSERT_TRUE(call.phone.rtp().wait_voiced(2));
    std::thread bye([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 1000));  // the race under test
      call.phone.send_bye();
    });
    const auto cancel = call.api.cancel(call.id);
    bye.join();
    EXPECT_THAT(cancel.status(), ::testing::AnyOf(200, 404));
    ASSERT_TRUE(
        bot.wait([&](const Heard& h) { return h.text("state") == "terminated" && h.text("id") == call.id; }));
    std::vector<std::string> ended;
    for (const auto& heard : bot.heard()) {
      if (heard.change() == "deleted" && heard.url().find(call.id) != std::string::npos)
        ended.push_back(heard.text("id"));
    }
    EXPECT_THAT(ended, ::testing::ElementsAre(first.id(), second.id(), call.id));
  }
}

TEST_F(CancelTest, play_posted_in_the_millisecond_of_the_natural_end_is_played_whole) {
  LiveCall call(server.at(), bot);
  std::mt19937 random(17);
  for (int round = 0; round < 20; ++round) {
    const std::size_t before = call.phone.rtp().count();
    const auto first = call.api.play(call.id, bot.url("/short.wav"));
    ASSERT_TRUE(call.phone.rtp().wait_voiced_from(before, 9));
    std::this_thread::sleep_for(
        std::chrono::microseconds(18'000 + random() % 4000));  // the moment under test
    const auto second = call.api.play(call.id, bot.url("/short.wav"));
    for (const auto& id : {first.id(), second.id()}) {
      const auto end = bot.wait_operation_end(id);
      ASSERT_TRUE(end);
      EXPECT_EQ(end->text("status"), "completed");
      EXPECT_EQ(end->data().at("@tonearm.sentMs").to_number<int>(), 200);
    }
    // All of it was heard, so that the next round starts at silence.
    EXPECT_TRUE(call.phone.rtp().wait_voiced_from(before, 20));
  }
}

TEST_F(CancelTest, scope_queued_leaves_the_running_prompt_and_scope_current_the_queued) {
  LiveCall call(server.at(), bot);
  const auto first = call.api.play(call.id, bot.url("/long.wav"));
  const auto second = call.api.play(call.id, bot.url("/other.wav"));
  ASSERT_TRUE(call.phone.rtp().wait_voiced(2));
  const auto queued = call.api.cancel(call.id, R"({"@tonearm.scope":"queued"})");
  EXPECT_EQ(queued.json().at("@tonearm.cancelled").as_array(), (boost::json::array{second.id()}));
  EXPECT_TRUE(call.phone.rtp().wait_voiced(5));
  const auto current = call.api.cancel(call.id, R"({"@tonearm.scope":"current"})");
  EXPECT_EQ(current.json().at("@tonearm.cancelled").as_array(), (boost::json::array{first.id()}));
  EXPECT_EQ(call.api.cancel(call.id, R"({"@tonearm.scope":"all","@tonearm.operationId":"x"})").status(), 400);
}

TEST_F(CancelTest, refused_bodies_leave_the_prompt_playing) {
  LiveCall call(server.at(), bot);
  call.api.play(call.id, bot.url("/long.wav"));
  ASSERT_TRUE(call.phone.rtp().wait_voiced(2));
  for (const char* body :
       {"[]", "7", "{\"clientContext\":", "{\"clientContext\":\"a\",\"clientContext\":\"b\"}",
        "{\"clientContext\":\"\xff\"}", "{\"@tonearm.unknown\":1}"}) {
    const auto refused = call.api.cancel(call.id, body);
    EXPECT_EQ(refused.status(), 400) << body;
    EXPECT_TRUE(refused.json().contains("error")) << body;
  }
  EXPECT_EQ(
      call.api.request("POST", "/" + call.id + "/cancelMediaProcessing", "{}", "Content-Type: text/plain\r\n")
          .status(),
      415);
  EXPECT_EQ(call.api
                .request("POST", "/" + call.id + "/cancelMediaProcessing", "{}",
                         "Content-Type: application/json\r\nContent-Encoding: gzip\r\n")
                .status(),
            415);
  EXPECT_TRUE(call.phone.rtp().wait_voiced(10));
  for (const char* body : {"", "null", "{}"}) EXPECT_EQ(call.api.cancel(call.id, body).status(), 200) << body;
}

TEST_F(CancelTest, the_slow_webhook_of_one_call_does_not_hold_up_another) {
  LiveCall slow(server.at(), bot);
  LiveCall fast(server.at(), bot);
  bot.answer_with(
      [&](const Heard& heard) { return heard.url().find(slow.id) != std::string::npos ? 503 : 202; });
  const auto blocked = slow.api.play(slow.id, bot.url("/short.wav"));
  const auto quick = fast.api.play(fast.id, bot.url("/short.wav"));
  EXPECT_TRUE(bot.wait_operation_end(quick.id()));  // while the other's is still being refused
  EXPECT_EQ(slow.api.cancel(slow.id).status(), 200);
  bot.answer_with(nullptr);
  EXPECT_TRUE(bot.wait_operation_end(blocked.id(), 30s));
}

}  // namespace
}  // namespace tonearm::testing
