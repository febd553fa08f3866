#include "app/overload.hpp"

#include <gtest/gtest.h>

namespace tonearm::app {
namespace {

using namespace std::chrono_literals;

/// A server whose threads use what the test says, and time that the test moves.
class OverloadTest : public ::testing::Test {
 protected:
  /// A fifth of a second in which the parts' threads are busy for these shares of it.
  void pass(double media, double signalling, double pool, int times = 1) {
    for (; times > 0; --times) {
      const std::array<double, 3> shares = {media, signalling, pool};
      now_ += kStep;
      for (std::size_t part = 0; part < shares.size(); ++part)
        used_[part] += std::chrono::duration_cast<std::chrono::nanoseconds>(kStep * shares[part]);
      // Besides the busy one each part has a thread that does nothing.
      overload_.read({now_, {{{used_[0], 0ns}, {0ns, used_[1]}, {used_[2]}}}});
    }
  }

  static constexpr std::chrono::milliseconds kStep{200};
  Overload overload_;
  base::TimePoint now_{24h};
  std::array<std::chrono::nanoseconds, 3> used_{};
};

TEST_F(OverloadTest, nothing_is_refused_before_a_second_is_known) {
  pass(1, 1, 1, 5);
  EXPECT_FALSE(overload_.why());
  pass(1, 1, 1);
  EXPECT_TRUE(overload_.why());
}

TEST_F(OverloadTest, the_busiest_thread_of_a_part_counts_and_is_named) {
  pass(0.9, 0.5, 0.5, 10);
  EXPECT_EQ(overload_.why(), "the media threads are as busy as they may be");
  EXPECT_NEAR(overload_.share(BusyPart::media), 0.9, 0.001);
  EXPECT_NEAR(overload_.share(BusyPart::signalling), 0.5, 0.001);
  pass(0.5, 0.95, 0.5, 10);
  EXPECT_EQ(overload_.why(), "signalling is as busy as it may be");
  pass(0.5, 0.5, 0.99, 10);
  EXPECT_EQ(overload_.why(), "the threads that serve calls are as busy as they may be");
}

TEST_F(OverloadTest, what_leaves_room_is_no_overload) {
  pass(0.84, 0.89, 0.94, 50);
  EXPECT_FALSE(overload_.why());
}

TEST_F(OverloadTest, a_short_burst_is_no_overload) {
  pass(0.1, 0.1, 0.1, 10);
  pass(1, 1, 1, 3);
  EXPECT_FALSE(overload_.why());
  pass(1, 1, 1, 3);
  EXPECT_TRUE(overload_.why());
}

TEST_F(OverloadTest, it_is_over_a_second_after_its_cause_and_not_at_the_first_call_less) {
  pass(0.9, 0.1, 0.1, 10);
  pass(0.8, 0.1, 0.1, 10);
  EXPECT_TRUE(overload_.why()) << "one call less is no room";
  pass(0.1, 0.1, 0.1, 5);
  EXPECT_FALSE(overload_.why());
}

TEST_F(OverloadTest, a_reading_that_comes_late_counts_for_the_time_that_passed) {
  pass(0.2, 0.2, 0.2, 10);
  now_ += 10s;  // stopped as a whole: nothing was used
  pass(1, 1, 1);
  EXPECT_FALSE(overload_.why());
}

}  // namespace
}  // namespace tonearm::app
