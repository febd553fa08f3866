#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "media/testing/engine_fixture.hpp"

namespace tonearm::media::testing {
namespace {

class StopTest : public EngineTest {
 protected:
  /// Hears what has been sent already and two packets of silence behind it.
  bool silence_follows() {
    phone_.listen();
    const auto silence = [](const HeardPacket& packet) { return !is_prompt(packet); };
    return phone_.hear(1) && phone_.listen_until([&] {
      return phone_.heard.size() >= 2 && std::all_of(phone_.heard.end() - 2, phone_.heard.end(), silence);
    });
  }
};

TEST_P(StopTest, after_the_acknowledgement_of_a_stop_no_packet_of_the_prompt_leaves) {
  open();
  ASSERT_TRUE(phone_.hear(1));
  std::mt19937 random(7);
  for (OperationNumber n = 1; n <= 200; ++n) {
    play(n, marked_prompt(1000, 0x11));
    const std::size_t before = phone_.heard.size();
    ASSERT_TRUE(phone_.listen_until([&] {
      return std::any_of(phone_.heard.begin() + static_cast<std::ptrdiff_t>(before), phone_.heard.end(),
                         is_prompt);
    }));
    const auto phase = base::SteadyClock::now() + std::chrono::microseconds(random() % 20'000);
    phone_.listen_until([&] { return base::SteadyClock::now() >= phase; });
    session_->post_stop(n, {n});
    const auto stopped = log_.wait<Stopped>();
    ASSERT_TRUE(stopped);
    ASSERT_EQ(stopped->results[0].outcome, StopOutcome::cut);
    // What was sent by then is known exactly: one packet after the acknowledgement would be one too many.
    ASSERT_TRUE(silence_follows());
    const auto mine = std::count_if(phone_.heard.begin() + static_cast<std::ptrdiff_t>(before),
                                    phone_.heard.end(), is_prompt);
    ASSERT_EQ(stopped->results[0].sent, milliseconds(20 * mine));
  }
  expect_continuous();
}

TEST_P(StopTest, a_stop_in_the_last_frame_has_one_ending_that_agrees_with_the_packets) {
  open();
  ASSERT_TRUE(phone_.hear(1));
  std::mt19937 random(11);
  int completed = 0;
  int cut = 0;
  for (OperationNumber n = 1; n <= 100; ++n) {
    const std::size_t before = prompt_packets().size();
    play(n, marked_prompt(2, 0x11));
    ASSERT_TRUE(log_.wait<Started>());
    const auto phase = base::SteadyClock::now() + std::chrono::microseconds(19'000 + random() % 2'000);
    while (base::SteadyClock::now() < phase) {
    }
    const auto ended_before = log_.count<Ended>();
    session_->post_stop(n, {n});
    const auto stopped = log_.wait<Stopped>();
    ASSERT_TRUE(stopped);
    ASSERT_TRUE(silence_follows());
    const std::size_t packets = prompt_packets().size() - before;
    const StopResult& result = stopped->results[0];
    EXPECT_EQ(result.sent,
              result.outcome == StopOutcome::nothing ? milliseconds(0) : milliseconds(20 * packets));
    if (result.outcome == StopOutcome::cut) {
      ++cut;
      EXPECT_EQ(packets, 1U);
    } else {
      ++completed;
      EXPECT_EQ(packets, 2U);
    }
    EXPECT_LE(log_.count<Ended>() - ended_before, result.outcome == StopOutcome::cut ? 0U : 1U);
  }
  EXPECT_EQ(log_.count<Ended>(), static_cast<std::size_t>(completed));
  EXPECT_EQ(completed + cut, 100);
}

TEST_P(StopTest, a_stop_names_every_operation_and_what_is_behind_it_plays) {
  open();
  play(1, marked_prompt(500, 0x11));
  play(2, marked_prompt(5, 0x22));
  fetcher_.hold(kUrl);
  play_urls(3, {kUrl});
  ASSERT_TRUE(log_.wait<Started>());
  session_->post_stop(9, {1, 2, 3, 4});
  play(5, marked_prompt(5, 0x55));
  const auto stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->stop, 9U);
  ASSERT_EQ(stopped->results.size(), 4U);
  EXPECT_EQ(stopped->results[0].outcome, StopOutcome::cut);
  EXPECT_EQ(stopped->results[1].outcome, StopOutcome::never_started);
  EXPECT_EQ(stopped->results[2].outcome, StopOutcome::never_started);
  EXPECT_EQ(stopped->results[3].outcome, StopOutcome::nothing);
  EXPECT_NE(stopped->cut_at, base::TimePoint{});
  EXPECT_EQ(fetcher_.given_up(), 1);
  fetcher_.release(kUrl);
  const auto ended = log_.wait<Ended>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->number, 5U);
  phone_.listen();
  EXPECT_TRUE(std::ranges::none_of(phone_.heard, [](const auto& p) { return p.payload[0] == 0x22; }));
}

TEST_P(StopTest, a_stop_of_what_is_armed_lets_the_running_one_go_on) {
  open();
  play(1, marked_prompt(50, 0x11));
  play(2, marked_prompt(10, 0x22));
  ASSERT_TRUE(log_.wait<Started>());
  session_->post_stop(1, {2});
  const auto stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->cut_at, base::TimePoint{});
  EXPECT_EQ(stopped->results[0].outcome, StopOutcome::never_started);
  EXPECT_EQ(log_.wait<Ended>()->sent, milliseconds(1000));
  ASSERT_TRUE(silence_follows());
  EXPECT_EQ(prompt_packets().size(), 50U);
}

TEST_P(StopTest, a_stop_when_nothing_plays_is_acknowledged_at_once) {
  open();
  session_->post_stop(4, {});
  EXPECT_TRUE(log_.wait<Stopped>());
  session_->post_stop(5, {17});
  EXPECT_EQ(log_.wait<Stopped>()->results[0].outcome, StopOutcome::nothing);
}

/// That what does not fit is dropped and never sent later is shown where it can be made to happen:
/// PacketIoTest.a_send_that_would_block_is_dropped_and_never_leaves_later.
TEST_P(StopTest, with_the_smallest_send_buffer_no_packet_of_the_prompt_leaves_after_the_acknowledgement) {
  options_.sockets.send_buffer = 1;  // the kernel makes it its minimum
  open();
  play(1, marked_prompt(1000, 0x11));
  ASSERT_TRUE(log_.wait<Started>());
  ASSERT_TRUE(phone_.hear(10));
  session_->post_stop(1, {1});
  const auto stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  ASSERT_TRUE(silence_follows());
  EXPECT_EQ(stopped->results[0].sent, milliseconds(20 * prompt_packets().size()));
}

TONEARM_ON_BOTH_BACKENDS(StopTest);

}  // namespace
}  // namespace tonearm::media::testing
