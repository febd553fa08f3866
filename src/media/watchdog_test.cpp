#include "media/watchdog.hpp"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;

TEST(Watchdog, tells_once_of_a_thread_that_is_stuck_for_ten_checks_and_not_of_a_living_one) {
  std::promise<void> stuck;
  std::atomic<int> checks{0};
  std::atomic<int> false_alarms{0};
  {
    const Watchdog watchdog({{.alive = [&] { return ++checks < 5; }, .stuck = [&] { stuck.set_value(); }},
                             {.alive = [] { return true; }, .stuck = [&] { ++false_alarms; }}},
                            milliseconds(1));
    EXPECT_EQ(stuck.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  }
  EXPECT_GE(checks, 14);
  EXPECT_EQ(false_alarms, 0);
}

}  // namespace
}  // namespace tonearm::media
