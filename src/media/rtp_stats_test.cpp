#include "media/rtp_stats.hpp"

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(RtpStats, a_clean_stream_over_the_wrap_loses_nothing) {
  RtpStats stats;
  stats.start(7, 65000);
  for (std::uint16_t i = 0; i < 2000; ++i) EXPECT_TRUE(stats.count(static_cast<std::uint16_t>(65000 + i)));
  EXPECT_EQ(stats.received(), 2000U);
  EXPECT_EQ(stats.lost(), 0U);
  EXPECT_EQ(stats.take_report().highest_sequence, 0x10000U + 65000U + 1999U - 65536U);
}

TEST(RtpStats, gaps_are_lost_and_late_packets_are_found_again) {
  RtpStats stats;
  stats.start(7, 10);
  for (const std::uint16_t sequence : {10, 11, 14}) EXPECT_TRUE(stats.count(sequence));
  EXPECT_EQ(stats.lost(), 2U);
  EXPECT_TRUE(stats.count(12));
  EXPECT_EQ(stats.lost(), 1U);
}

TEST(RtpStats, a_duplicate_is_counted_once) {
  RtpStats stats;
  stats.start(7, 10);
  EXPECT_TRUE(stats.count(10));
  EXPECT_TRUE(stats.count(11));
  EXPECT_FALSE(stats.count(11));
  EXPECT_FALSE(stats.count(10));
  EXPECT_EQ(stats.received(), 2U);
}

TEST(RtpStats, a_restart_of_the_sender_is_followed_after_two_packets_in_sequence) {
  RtpStats stats;
  stats.start(7, 10);
  for (std::uint16_t i = 10; i < 20; ++i) stats.count(i);
  EXPECT_FALSE(stats.count(40000));
  EXPECT_TRUE(stats.count(40001));
  EXPECT_TRUE(stats.count(40002));
  EXPECT_LE(stats.lost(), 1U);
}

TEST(RtpStats, fraction_lost_is_about_the_interval_only) {
  RtpStats stats;
  stats.start(7, 0);
  for (std::uint16_t i = 0; i < 100; ++i)
    if (i % 2 == 0) stats.count(i);
  EXPECT_NEAR(stats.take_report().fraction_lost, 128, 3);
  for (std::uint16_t i = 100; i < 200; ++i) stats.count(i);
  EXPECT_LE(stats.take_report().fraction_lost, 3);
}

TEST(RtpStats, jitter_of_an_even_stream_is_zero_and_of_a_shaken_one_is_not) {
  RtpStats even;
  RtpStats shaken;
  base::TimePoint now{std::chrono::hours(5)};
  for (std::uint32_t i = 0; i < 500; ++i) {
    even.measure_jitter(i * 160, now);
    shaken.measure_jitter(i * 160, now + milliseconds(i % 2 == 0 ? 0 : 10));
    now += milliseconds(20);
  }
  EXPECT_LT(even.jitter(), microseconds(50));
  EXPECT_NEAR(static_cast<double>(shaken.jitter().count()), 10'000, 500);
}

}  // namespace
}  // namespace tonearm::media
