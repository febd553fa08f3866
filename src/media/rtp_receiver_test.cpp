#include "media/rtp_receiver.hpp"

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;
using Taken = RtpReceiver::Verdict;

class RtpReceiverTest : public ::testing::Test {
 protected:
  /// 20 ms of sound, at the next 20 ms of time.
  Taken hear(std::uint16_t sequence, std::uint32_t timestamp, bool audio = true) {
    now_ += milliseconds(20);
    return receiver_.receive({.sequence = sequence, .timestamp = timestamp, .ssrc = 5}, audio, now_);
  }

  RtpReceiver receiver_;
  base::TimePoint now_{std::chrono::hours(1)};
};

TEST_F(RtpReceiverTest, numbers_that_fall_back_by_a_few_are_followed_while_time_goes_on) {
  for (std::uint16_t i = 0; i < 100; ++i) EXPECT_EQ(hear(i, 160U * i), Taken::take);
  for (std::uint16_t i = 100; i < 200; ++i)
    EXPECT_EQ(hear(static_cast<std::uint16_t>(i - 30), 160U * i), Taken::take) << i;
  EXPECT_EQ(receiver_.received(), 200U);
  EXPECT_EQ(receiver_.lost(), 0U);
}

TEST_F(RtpReceiverTest, a_jump_of_the_numbers_costs_nothing_while_time_goes_on) {
  for (std::uint16_t i = 0; i < 10; ++i) hear(i, 160U * i);
  for (std::uint16_t i = 10; i < 20; ++i)
    EXPECT_EQ(hear(static_cast<std::uint16_t>(i + 20'000), 160U * i), Taken::take) << i;
  EXPECT_EQ(receiver_.lost(), 0U);
}

TEST_F(RtpReceiverTest, what_comes_twice_is_told_by_its_time_too) {
  for (std::uint16_t i = 0; i < 100; ++i) {
    EXPECT_EQ(hear(i, 160U * i), Taken::take);
    EXPECT_EQ(hear(i, 160U * i), Taken::duplicate);
    if (i >= 40) {
      EXPECT_EQ(hear(static_cast<std::uint16_t>(i - 40), 160U * (i - 40U)), Taken::duplicate);
    }
  }
  EXPECT_EQ(receiver_.received(), 100U);
}

TEST_F(RtpReceiverTest, a_number_far_off_of_another_time_waits_for_the_next) {
  for (std::uint16_t i = 0; i < 10; ++i) hear(i, 160U * i);
  EXPECT_EQ(hear(30'000, 1U << 30), Taken::duplicate);
  EXPECT_EQ(hear(30'001, (1U << 30) + 160), Taken::take);
}

TEST_F(RtpReceiverTest, keys_do_not_move_the_time) {
  for (std::uint16_t i = 0; i < 10; ++i) hear(i, 160U * i);
  EXPECT_EQ(hear(9, 160U * 10, /*audio=*/false), Taken::duplicate);
  EXPECT_EQ(hear(10, 160U * 10), Taken::take);
}

}  // namespace
}  // namespace tonearm::media
