#include <cstdlib>
#include <iostream>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "network_call.hpp"

// Calls over bad networks through the whole server and real sockets. All of them run at the same time, once;
// each test looks at its own. src/media/bad_networks_test.cpp has the same on a clock that is moved.

namespace tonearm::testing {
namespace {

using media::testing::BadNetwork;
using media::testing::BadNetworkRow;
using media::testing::KeyCount;
using Outcome = NetworkCall::Outcome;

constexpr auto kRecorded = 5s;
constexpr double kMeasuredMs = 5;      // to which the record's beginning is known
constexpr std::size_t kFrames = 3000;  // more than are said

const std::vector<BadNetwork>& networks() {
  static const std::vector<BadNetwork> kAll = media::testing::bad_networks(kFrames);
  return kAll;
}

/// A call over each of `networks`, all at the same time.
std::map<std::string, Outcome> run_calls(const LocalServer& server, Bot& bot, unsigned seed) {
  bot.serve("/prompt.wav", tone_wav(440, 1));
  std::mutex one;  // one is set up, then the next: the bot is told of calls in this order
  std::vector<Outcome> outcomes(networks().size());
  {
    std::vector<std::jthread> running;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      running.emplace_back([&, i] {
        std::unique_lock setting_up(one);
        NetworkCall call(server.at(), bot, networks()[i], seed);
        setting_up.unlock();
        outcomes[i] = call.run(kRecorded, bot.url("/prompt.wav"));
      });
    }
  }
  std::map<std::string, Outcome> by_name;
  for (std::size_t i = 0; i < outcomes.size(); ++i) by_name[networks()[i].name] = std::move(outcomes[i]);
  return by_name;
}

/// When the first of `sent` was due, by the least delayed packet of [from, to) [ns].
std::int64_t start_by(const std::vector<HeardPacket>& sent, std::size_t from, std::size_t to) {
  constexpr std::int64_t kSampleNs = 125'000;
  std::int64_t start = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = from; i < to; ++i)
    start = std::min(start, sent[i].at_ns - (sent[i].timestamp - sent[0].timestamp) * kSampleNs);
  return start;
}

/// One SSRC, numbers without a gap, and times that go with ours: where we were late, time and marker say so.
void expect_smooth(const std::vector<HeardPacket>& sent) {
  ASSERT_GT(sent.size(), 200U);
  for (std::size_t i = 1; i < sent.size(); ++i) {
    ASSERT_EQ(sent[i].ssrc, sent[0].ssrc);
    ASSERT_EQ(sent[i].sequence, static_cast<std::uint16_t>(sent[i - 1].sequence + 1));
    const std::uint32_t step = sent[i].timestamp - sent[i - 1].timestamp;
    ASSERT_EQ(step % media::kFrameBytes, 0U);
    ASSERT_TRUE(step == media::kFrameBytes || sent[i].marker) << step;
  }
  const std::size_t middle = sent.size() / 2;
  EXPECT_NEAR(static_cast<double>(start_by(sent, 0, middle)),
              static_cast<double>(start_by(sent, middle, sent.size())), 100e6);
}

/// The prompt's frames and the beep's came one behind the other, and all of them.
void expect_whole_prompt(const std::vector<HeardPacket>& sent) {
  const auto first = std::ranges::find_if(sent, &HeardPacket::voiced);
  const auto last = std::find_if_not(first, sent.end(), [](const auto& packet) { return packet.voiced(); });
  constexpr double kPrompt = 50;
  constexpr double kBeep = 12.5;
  EXPECT_NEAR(static_cast<double>(last - first), kPrompt + kBeep, 1);
}

void expect_kept(const BadNetwork& network, const Outcome& outcome) {
  EXPECT_LE(outcome.time.most_ms, network.error_max_ms + kMeasuredMs + outcome.own_ms);
  EXPECT_GE(outcome.time.looked, 15U);
  EXPECT_GE(outcome.time.share(), network.found_min - 0.2)
      << outcome.time.found << " of " << outcome.time.looked;
  EXPECT_DOUBLE_EQ(outcome.captured_s, 5);
  EXPECT_DOUBLE_EQ(outcome.length_s, 5);
  EXPECT_EQ(outcome.told, outcome.pressed);
  EXPECT_GE(outcome.pressed.size(), 3U);
  const auto said = outcome.received.at("lost").to_number<std::uint64_t>();
  EXPECT_TRUE(network.may_have_lost(said, outcome.network.lost)) << said << " for " << outcome.network.lost;
  const std::chrono::microseconds jitter(outcome.received.at("jitterMicroseconds").to_number<std::int64_t>());
  EXPECT_GE(jitter, network.path.jitter / 8);  // above it, this machine's own counts too
  expect_smooth(outcome.sent);
  expect_whole_prompt(outcome.sent);
}

class BadNetworks : public ::testing::TestWithParam<BadNetwork> {
 protected:
  static void SetUpTestSuite() {
    const TempDir dir;
    Bot bot;
    const LocalServer server(test_settings(bot, dir.path()));
    outcomes_ = run_calls(server, bot, 1);
  }
  static inline std::map<std::string, Outcome> outcomes_;  // by network
};

TEST_P(BadNetworks, leave_the_call_up_recordings_true_keys_single_and_prompts_smooth) {
  expect_kept(GetParam(), outcomes_.at(GetParam().name));
}

INSTANTIATE_TEST_SUITE_P(Each, BadNetworks, ::testing::ValuesIn(networks()),
                         [](const auto& network) { return network.param.name; });

/// The second table of docs/bad-networks.md. `TONEARM_FULL` is the number of runs, if it is more than 1.
TEST(BadNetworksLong, many_seeds) {
  const char* full = std::getenv("TONEARM_FULL");
  if (full == nullptr) GTEST_SKIP() << "a long run, for TONEARM_FULL";
  const unsigned runs = std::max(10U, static_cast<unsigned>(std::atoi(full)));
  std::map<std::string, BadNetworkRow> rows;
  double own_ms = 0;
  for (unsigned seed = 1; seed <= runs; ++seed) {
    const TempDir dir;
    Bot bot;
    const LocalServer server(test_settings(bot, dir.path()));
    for (const auto& [name, outcome] : run_calls(server, bot, seed)) {
      rows[name].add(outcome.time, {outcome.pressed, outcome.told});
      own_ms = std::max(own_ms, outcome.own_ms);
    }
  }
  std::cout << "This machine's own delays, at most: " << own_ms << " ms\n"
            << BadNetworkRow::heading() << '\n';
  for (const BadNetwork& network : networks()) {
    BadNetworkRow& row = rows[network.name];
    row.name = network.name;
    std::cout << row.to_string() << '\n';
    EXPECT_LE(row.time.most_ms, 2 * network.error_max_ms + kMeasuredMs + own_ms) << network.name;
    EXPECT_GE(row.time.share(), network.found_min - 0.2) << network.name;
    EXPECT_EQ(row.keys.lost + row.keys.doubled, 0U) << network.name;
  }
}

}  // namespace
}  // namespace tonearm::testing
