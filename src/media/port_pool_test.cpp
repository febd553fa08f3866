#include "media/port_pool.hpp"

#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using std::chrono::seconds;

constexpr base::TimePoint kStart{seconds(1000)};

TEST(PortPool, ports_are_even_within_the_range_and_each_is_given_once) {
  PortPool pool({.first = 20001, .last = 20020}, seconds(5));
  EXPECT_EQ(pool.capacity(), 9U);
  std::set<std::uint16_t> ports;
  while (const auto port = pool.take(kStart)) {
    EXPECT_EQ(*port % 2, 0);
    EXPECT_GE(*port, 20002);
    EXPECT_LT(*port, 20020);
    EXPECT_TRUE(ports.insert(*port).second);
  }
  EXPECT_EQ(ports.size(), pool.capacity());
}

TEST(PortPool, a_port_rests_five_seconds_after_use) {
  PortPool pool({.first = 20000, .last = 20001}, seconds(5));
  const auto port = pool.take(kStart);
  ASSERT_TRUE(port);
  EXPECT_FALSE(pool.take(kStart));
  pool.give_back(*port, kStart);
  EXPECT_FALSE(pool.take(kStart + seconds(5) - std::chrono::milliseconds(1)));
  EXPECT_EQ(pool.take(kStart + seconds(5)), port);
}

TEST(PortPool, the_order_is_not_the_order_of_numbers) {
  PortPool pool({.first = 20000, .last = 20199}, seconds(5));
  std::vector<std::uint16_t> ports;
  while (const auto port = pool.take(kStart)) ports.push_back(*port);
  EXPECT_FALSE(std::is_sorted(ports.begin(), ports.end()));
  EXPECT_FALSE(std::is_sorted(ports.rbegin(), ports.rend()));
}

TEST(PortPool, the_highest_port_is_reached_and_an_empty_range_gives_nothing) {
  PortPool top({.first = 65534, .last = 65535}, seconds(5));
  EXPECT_EQ(top.take(kStart), 65534);
  PortPool none({.first = 65535, .last = 65535}, seconds(5));
  EXPECT_FALSE(none.take(kStart));
}

}  // namespace
}  // namespace tonearm::media
