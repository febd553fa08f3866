#include "base/back_off.hpp"

#include <gtest/gtest.h>

namespace tonearm::base {
namespace {

using namespace std::chrono_literals;

const TimePoint kNow{24h};
constexpr BackOff::Rule kRule{.free = 2, .first = 1s, .most = 5s, .memory = 10min, .keys_max = 3};

TEST(back_off, the_first_failures_are_free_then_each_doubles_the_wait) {
  BackOff back_off(kRule);
  std::vector<std::chrono::seconds> waits;
  for (int i = 0; i < 7; ++i) {
    back_off.failed("ada", kNow);
    waits.push_back(back_off.wait("ada", kNow));
  }
  EXPECT_EQ(waits, (std::vector<std::chrono::seconds>{0s, 0s, 1s, 2s, 4s, 5s, 5s}));
  EXPECT_EQ(back_off.wait("ada", kNow + 4500ms), 1s);
  EXPECT_EQ(back_off.wait("ada", kNow + 5s), 0s);
  EXPECT_EQ(back_off.wait("bob", kNow), 0s);
}

TEST(back_off, success_forgives_and_so_does_time) {
  BackOff back_off(kRule);
  for (int i = 0; i < 5; ++i) back_off.failed("ada", kNow);
  back_off.forgive("ada");
  EXPECT_EQ(back_off.wait("ada", kNow), 0s);
  for (int i = 0; i < 5; ++i) back_off.failed("ada", kNow);
  back_off.failed("ada", kNow + 11min);
  EXPECT_EQ(back_off.wait("ada", kNow + 11min), 0s);
}

TEST(back_off, the_table_is_bounded_and_the_oldest_failure_is_forgotten_first) {
  BackOff back_off(kRule);
  for (int i = 0; i < 3; ++i) back_off.failed("first", kNow);
  for (int i = 0; i < 3; ++i) back_off.failed("second", kNow);
  back_off.failed("third", kNow);
  back_off.failed("first", kNow);
  back_off.failed("fourth", kNow);
  EXPECT_EQ(back_off.keys(), 3u);
  EXPECT_EQ(back_off.wait("second", kNow), 0s);
  EXPECT_EQ(back_off.wait("first", kNow), 2s);
}

}  // namespace
}  // namespace tonearm::base
