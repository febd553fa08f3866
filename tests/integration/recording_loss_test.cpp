#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <signal.h>

#include "recording_peer.hpp"
#include "server_fixture.hpp"

// What a caller has said is never lost, however the record ends.

namespace tonearm::testing {
namespace {

constexpr int kAtOnce = 10;
constexpr char kPound = 11;  // RFC 4733 §3.2

/// Rounds of the long form in `./dev test --full`, else of the short one.
int rounds(int in_short, int in_long) {
  return std::getenv("TONEARM_FULL") != nullptr ? in_long : in_short;
}

using Callers = std::vector<std::unique_ptr<Whistler>>;

Callers call_in(const Listeners& at, Bot& bot) {
  Callers callers;
  for (int i = 0; i < kAtOnce; ++i) callers.push_back(std::make_unique<Whistler>(at, bot));
  return callers;
}

/// Starts a record in each call, then lets all of them be heard for a while. The operations' ids.
std::vector<std::string> record_all(Callers& callers, std::chrono::milliseconds time) {
  std::vector<std::string> ids;
  for (const auto& caller : callers) ids.push_back(caller->record_for(0ms));
  std::this_thread::sleep_for(time);  // what the callers say, not something that is waited for
  return ids;
}

/// The file is there, says as much as its ending does, and it is the whistling.
void expect_whole(const base::Endpoint& api, const Heard& end, double at_least_s) {
  const auto had = download_offered(api, end);
  ASSERT_TRUE(had);
  ASSERT_EQ(had->status(), 200) << had->body;
  const Audio audio(had->body);
  EXPECT_NEAR(audio.seconds(), captured_seconds(end), 0.05);
  EXPECT_GE(captured_seconds(end), at_least_s);
  EXPECT_NEAR(audio.hertz(), kWhistleHertz, 20);
}

std::size_t endings_of(const Bot& bot, const std::string& operation) {
  std::size_t endings = 0;
  for (const Heard& heard : bot.heard()) {
    endings += heard.change() == "deleted" && heard.url().ends_with("/operations/" + operation) ? 1 : 0;
  }
  return endings;
}

class RecordingLossTest : public ::testing::Test {
 protected:
  TempDir dir;
  Bot bot;
};

TEST_F(RecordingLossTest, every_hang_up_and_every_cancel_keeps_what_was_said) {
  LocalServer server(test_settings(bot, dir.path()));
  for (int round = 0; round < rounds(1, 10); ++round) {
    Callers callers = call_in(server.at(), bot);
    const auto ids = record_all(callers, 700ms);
    for (int i = 0; i < kAtOnce; ++i) {
      if (i % 2 == 0) {
        callers[i]->phone.send_bye();
      } else {
        EXPECT_EQ(callers[i]->api.cancel(callers[i]->id).status(), 200);
      }
    }
    for (int i = 0; i < kAtOnce; ++i) {
      const auto end = bot.wait_operation_end(ids[i]);
      ASSERT_TRUE(end);
      expect_whole(server.at().http, *end, 0.3);
      EXPECT_EQ(subcode(*end), i % 2 == 0 ? 0 : 8508);
    }
    for (int i = 1; i < kAtOnce; i += 2) callers[i]->api.hang_up(callers[i]->id);
    for (int i = 0; i < kAtOnce; ++i) ASSERT_TRUE(bot.wait_state("terminated"));
  }
}

TEST_F(RecordingLossTest, kill_9_during_ten_records_leaves_ten_whole_files) {
  const std::string toml = test_toml(bot, dir.path() / "data");
  auto server = std::make_unique<ServerProcess>(toml, dir.path());
  Callers callers = call_in(server->at(), bot);
  const auto ids = record_all(callers, 1500ms);
  server->signal(SIGKILL);
  server->wait();

  server = std::make_unique<ServerProcess>(toml, dir.path());
  for (const std::string& id : ids) {
    const auto end = bot.wait_operation_end(id);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->text("status"), "completed");
    expect_whole(server->at().http, *end, 0.8);
  }
}

TEST_F(RecordingLossTest, hang_up_cancel_stop_key_and_longest_duration_within_a_tick_give_one_ending) {
  LocalServer server(test_settings(bot, dir.path()));
  for (int round = 0; round < rounds(4, 50); ++round) {
    Whistler caller(server.at(), bot);
    const auto answer = caller.record(R"("maxRecordDurationInSeconds":1,"stopTones":["#"])");
    ASSERT_EQ(answer.status(), 200) << answer.response.body;
    // Within a tick or two of the record's second, in an order that changes from round to round.
    std::this_thread::sleep_for(990ms + std::chrono::milliseconds(round * 7 % 20));
    std::jthread cancel([&] { caller.api.cancel(caller.id); });
    if (round % 2 == 0) caller.phone.send_bye();
    caller.phone.rtp().press(caller.phone.media(), 40'000, 8000, kPound);
    if (round % 2 != 0) caller.phone.send_bye();
    const auto end = bot.wait_operation_end(answer.id());
    ASSERT_TRUE(end);
    ASSERT_TRUE(bot.wait_state("terminated"));
    EXPECT_EQ(endings_of(bot, answer.id()), 1u) << "round " << round;
    expect_whole(server.at().http, *end, 0.5);
  }
}

}  // namespace
}  // namespace tonearm::testing
