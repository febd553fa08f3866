#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "media/rtcp_packet.hpp"
#include "media/testing/engine_fixture.hpp"

namespace tonearm::media::testing {
namespace {

/// Holds a media thread for a while, as a stopped process would.
class Stall final : public Mail {
 public:
  explicit Stall(milliseconds time) : time_(time) {}
  Fate arrive(MediaThread&) override {
    const auto until = base::SteadyClock::now() + time_;
    while (base::SteadyClock::now() < until) {
    }
    return Fate::deliver;
  }
  void deliver() override { delete this; }

 private:
  const milliseconds time_;
};

class StreamTest : public EngineTest {};

TEST_P(StreamTest, a_stall_skips_ticks_and_the_prompt_stays_in_place) {
  open();
  play(1, marked_prompt(100, 0x11));
  ASSERT_TRUE(log_.wait<Started>());
  ASSERT_TRUE(phone_.hear(5));
  engine_->thread(0).post(*new Stall(milliseconds(300)));
  const auto ended = log_.wait<Ended>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->sent, milliseconds(2000));
  const auto packets = hear_prompt(100);
  expect_continuous();  // with the marker wherever time was lost
  ASSERT_EQ(packets.size(), 100U);
  std::uint32_t longest = 0;
  for (std::size_t i = 1; i < packets.size(); ++i)
    longest = std::max(longest, packets[i].header.timestamp - packets[i - 1].header.timestamp);
  // A machine that stalls by itself may add to it; how much a stall costs exactly, StreamTimeTest says.
  EXPECT_GE(longest / kSamplesPerMs, 280U);  // [ms]
  EXPECT_GE(engine_->metrics().ticks_skipped, 250U);
}

TEST_P(StreamTest, on_hold_nothing_is_sent_but_the_operation_ends_in_its_time) {
  open();
  const auto posted = base::SteadyClock::now();
  play(1, marked_prompt(100, 0x11));
  ASSERT_TRUE(log_.wait<Started>());
  ASSERT_TRUE(phone_.hear(5));
  StreamSettings held = to(phone_);
  held.send = false;
  held.held = true;
  session_->post_update(held);
  const auto ended = log_.wait<Ended>();
  ASSERT_TRUE(ended);
  EXPECT_GE(base::SteadyClock::now() - posted, milliseconds(1900));
  const auto sent = hear_prompt(static_cast<std::size_t>(ended->sent.count()) / 20).size();
  EXPECT_LT(sent, 100U);
  EXPECT_EQ(ended->sent, milliseconds(20 * sent));
  const auto heard = phone_.heard.size();
  session_->post_update(to(phone_));
  ASSERT_TRUE(phone_.hear(3));
  EXPECT_TRUE(phone_.heard[heard].header.marker);
  expect_continuous();
}

TEST_P(StreamTest, what_the_phone_says_comes_out_of_the_tap) {
  tap_ = std::make_shared<ReceiveTap>(256);
  open();
  if (!session_) return;
  for (int i = 0; i < 20; ++i) phone_.speak(session_->local_rtp(), i % 2 == 0 ? 480 : 80);  // 60 and 10 ms
  std::vector<TappedPacket> packets;
  ASSERT_TRUE(phone_.listen_until([&] {
    while (const auto packet = tap_->pop()) packets.push_back(*packet);
    return packets.size() >= 20;
  }));
  EXPECT_EQ(packets[0].audio().size(), 480U);
  EXPECT_EQ(packets[1].audio().size(), 80U);
  EXPECT_EQ(packets[19].header.ssrc, 77U);
  session_->post_close();
  const auto closed = log_.wait<Closed>();
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->stats.packets_received, 20U);
  EXPECT_EQ(closed->stats.packets_lost, 0U);
}

TEST_P(StreamTest, a_phone_behind_another_port_is_learned_and_a_stranger_is_not_heard) {
  tap_ = std::make_shared<ReceiveTap>(256);
  open();
  if (!session_) return;
  Phone moved;
  for (int i = 0; i < 6; ++i) moved.speak(session_->local_rtp());
  ASSERT_TRUE(moved.hear(3));  // our stream follows
  Phone stranger;
  for (int i = 0; i < 50; ++i) {
    stranger.speak(session_->local_rtp(), 160, 666);
    moved.speak(session_->local_rtp());
  }
  ASSERT_TRUE(moved.hear(3));
  EXPECT_TRUE(stranger.heard.empty());
  stranger.listen();
  EXPECT_TRUE(stranger.heard.empty());
  while (const auto packet = tap_->pop()) EXPECT_EQ(packet->header.ssrc, 77U);
  EXPECT_GE(engine_->metrics().strangers, 50U);
}

TEST_P(StreamTest, random_bytes_are_counted_and_the_prompt_plays_on) {
  open();
  if (!session_) return;
  play(1, marked_prompt(40, 0x11));
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    if (i % 100 == 0) {
      ASSERT_TRUE(phone_.hear(1));  // the socket's buffer is not to be flooded
    }
    std::vector<std::uint8_t> bytes(random() % 1500);
    std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
    if (!bytes.empty() && i % 3 == 0) bytes[0] = 0x80;
    phone_.send(i % 5 == 0 ? session_->local_rtcp() : session_->local_rtp(), bytes);
  }
  ASSERT_TRUE(phone_.hear(1));
  phone_.send(session_->local_rtp(), std::vector<std::uint8_t>(4000, 0x80));
  EXPECT_EQ(log_.wait<Ended>()->sent, milliseconds(800));
  ASSERT_TRUE(phone_.hear(2));
  EXPECT_GE(engine_->metrics().malformed, 100U);
  EXPECT_EQ(engine_->metrics().truncated, 1U);
}

TEST_P(StreamTest, media_lost_is_reported_once_when_nothing_comes) {
  options_.lost_after = milliseconds(200);
  open();
  if (!session_) return;
  ASSERT_TRUE(log_.wait<MediaLost>());
  ASSERT_TRUE(phone_.hear(20));
  EXPECT_EQ(log_.count<MediaLost>(), 1U);
}

TEST_P(StreamTest, a_phone_that_moves_in_mid_call_is_found_again_after_half_a_second) {
  open();
  if (!session_) return;
  ASSERT_TRUE(phone_.hear(1));
  const std::uint32_t before = phone_.heard.back().header.timestamp;
  for (int i = 0; i < 5; ++i) phone_.speak(session_->local_rtp());
  ASSERT_TRUE(phone_.hear(1));
  Phone moved;
  ASSERT_TRUE(phone_.listen_until([&] {
    moved.speak(session_->local_rtp());
    moved.listen();
    return !moved.heard.empty();
  }));
  session_->post_close();
  EXPECT_EQ(log_.wait<Closed>()->stats.source_changes, 1U);
  phone_.listen();
  // On the stream's own clock: when a packet was read says little on a busy machine.
  const std::uint32_t last = phone_.heard.back().header.timestamp;
  EXPECT_GE((last - before) / kSamplesPerMs, 460U);  // [ms]
  EXPECT_EQ(
      static_cast<std::uint16_t>(moved.heard.front().header.sequence - phone_.heard.back().header.sequence),
      1);
  EXPECT_EQ(moved.heard.front().header.ssrc, phone_.heard.back().header.ssrc);
}

TEST_P(StreamTest, lost_packets_are_counted_and_reported_to_the_far_end) {
  open();
  if (!session_) return;
  for (int i = 0; i < 100; ++i) {
    if (i % 10 == 5)
      phone_.skip_one();
    else
      phone_.speak(session_->local_rtp());
  }
  ASSERT_TRUE(phone_.hear(2));
  session_->post_close();
  const auto closed = log_.wait<Closed>();
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->stats.packets_lost, 10U);
  ASSERT_TRUE(phone_.listen_until([&] { return !phone_.reports.empty(); }));
  const auto summary = parse_rtcp(phone_.reports.back(), 77);
  ASSERT_TRUE(summary && summary->report);
  EXPECT_EQ(summary->report->cumulative_lost, 10);
}

TEST_P(StreamTest, a_phone_that_starts_a_new_ssrc_after_silence_is_followed) {
  tap_ = std::make_shared<ReceiveTap>(256);
  open();
  if (!session_) return;
  for (int i = 0; i < 5; ++i) phone_.speak(session_->local_rtp(), 160, 77);
  ASSERT_TRUE(phone_.hear(5));  // 100 ms
  for (int i = 0; i < 5; ++i) phone_.speak(session_->local_rtp(), 160, 78);
  ASSERT_TRUE(phone_.hear(3));
  unsigned of_new = 0;
  while (const auto packet = tap_->pop()) of_new += packet->header.ssrc == 78 ? 1 : 0;
  EXPECT_EQ(of_new, 5U);
}

TEST_P(StreamTest, a_new_address_by_re_invite_moves_the_stream_without_a_break) {
  open();
  ASSERT_TRUE(phone_.hear(5));
  Phone other;
  session_->post_update(to(other));
  ASSERT_TRUE(other.hear(5));
  phone_.listen();
  EXPECT_EQ(
      static_cast<std::uint16_t>(other.heard.front().header.sequence - phone_.heard.back().header.sequence),
      1);
  // Marked only if the machine itself has lost time there.
  EXPECT_EQ(other.heard.front().header.marker,
            other.heard.front().header.timestamp - phone_.heard.back().header.timestamp != 160U);
}

TONEARM_ON_BOTH_BACKENDS(StreamTest);

}  // namespace
}  // namespace tonearm::media::testing
