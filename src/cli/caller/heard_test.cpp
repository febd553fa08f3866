#include "cli/caller/heard.hpp"

#include <gtest/gtest.h>

namespace tonearm::cli {
namespace {

constexpr std::int64_t kMs = 1'000'000;

HeardPacket packet(int index, bool silence, std::int16_t value = 1000) {
  return {.arrived_ns = index * 20 * kMs,
          .sequence = static_cast<std::uint16_t>(index),
          .timestamp = 0xFFFFFF00U + static_cast<std::uint32_t>(index) * 160,  // wraps early
          .ssrc = 7,
          .silence = silence,
          .samples = Samples(160, silence ? std::int16_t{0} : value)};
}

TEST(sound_segments, are_cut_at_silence_and_carry_times_and_samples) {
  const std::vector<HeardPacket> heard{packet(0, true), packet(1, false), packet(2, false), packet(3, true),
                                       packet(4, false)};
  const auto segments = sound_segments(heard);
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(segments[0].first, 1u);
  EXPECT_EQ(segments[0].count, 2u);
  EXPECT_EQ(segments[0].begin_ns, 20 * kMs);
  EXPECT_EQ(segments[0].end_ns, 40 * kMs);
  EXPECT_EQ(segments[0].samples.size(), 320u);
  EXPECT_EQ(segments[1].first, 4u);
}

TEST(sound_segments, nothing_heard_is_no_segment) {
  EXPECT_TRUE(sound_segments({}).empty());
}

TEST(loudspeaker, a_lost_packet_is_silence_of_its_length) {
  const std::vector<HeardPacket> heard{packet(0, false, 1), packet(2, false, 3)};
  const Samples sound = loudspeaker(heard, 0);
  ASSERT_EQ(sound.size(), 480u);
  EXPECT_EQ(sound[159], 1);
  EXPECT_EQ(sound[160], 0);
  EXPECT_EQ(sound[320], 3);
}

TEST(loudspeaker, starts_with_the_silence_before_the_first_packet) {
  const std::vector<HeardPacket> heard{packet(5, false)};
  EXPECT_EQ(loudspeaker(heard, 40 * kMs).size(), 480u + 160u);
}

TEST(loudspeaker, packets_of_another_stream_and_far_timestamps_are_left_out) {
  std::vector<HeardPacket> heard{packet(0, false), packet(1, false), packet(2, false)};
  heard[1].ssrc = 8;
  heard[2].timestamp += 0x7000'0000;
  EXPECT_EQ(loudspeaker(heard, 0).size(), 160u);
}

TEST(levels, one_for_each_step_the_last_may_be_short) {
  const auto levels = levels_of(Samples(400, 16384), 20);
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_NEAR(levels[2], -6.02, 0.01);
}

}  // namespace
}  // namespace tonearm::cli
