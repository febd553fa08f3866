#include "base/shared_value.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace tonearm::base {
namespace {

TEST(SharedValue, is_null_until_the_first_store) {
  SharedValue<int> value;
  EXPECT_EQ(value.load(), nullptr);
  value.store(std::make_shared<const int>(7));
  EXPECT_EQ(*value.load(), 7);
}

TEST(SharedValue, reader_keeps_the_version_it_got) {
  SharedValue<int> value(std::make_shared<const int>(1));
  const auto kept = value.load();
  value.store(std::make_shared<const int>(2));
  EXPECT_EQ(*kept, 1);
  EXPECT_EQ(*value.load(), 2);
}

TEST(SharedValue, versions_are_seen_whole_and_never_go_back_while_a_writer_replaces_them) {
  using Pair = std::pair<int, int>;
  constexpr int kVersions = 20'000;
  SharedValue<Pair> value(std::make_shared<const Pair>(0, 0));
  std::jthread writer([&] {
    for (int i = 1; i <= kVersions; ++i) value.store(std::make_shared<const Pair>(i, -i));
  });
  for (int seen = 0; seen < kVersions;) {
    const auto now = value.load();
    ASSERT_EQ(now->first, -now->second);
    ASSERT_GE(now->first, seen);
    seen = now->first;
  }
}

}  // namespace
}  // namespace tonearm::base
