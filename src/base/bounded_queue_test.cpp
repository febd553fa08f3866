#include "base/bounded_queue.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace tonearm::base {
namespace {

TEST(SpscRing, is_full_at_its_capacity_and_keeps_order) {
  SpscRing<int> ring(4);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.push(i));
  EXPECT_FALSE(ring.push(4));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ring.pop(), i);
  EXPECT_FALSE(ring.pop());
  EXPECT_TRUE(ring.empty());
}

TEST(SpscRing, hands_every_value_over_once_between_two_threads) {
  constexpr int kCount = 200'000;
  SpscRing<int> ring(64);
  std::jthread producer([&] {
    for (int i = 0; i < kCount; ++i) {
      while (!ring.push(i)) std::this_thread::yield();
    }
  });
  for (int expected = 0; expected < kCount;) {
    if (const auto value = ring.pop()) {
      ASSERT_EQ(*value, expected++);
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace
}  // namespace tonearm::base
