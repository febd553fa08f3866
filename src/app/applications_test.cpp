#include "app/applications.hpp"

#include <gtest/gtest.h>

namespace tonearm::app {
namespace {

using namespace std::chrono_literals;

ServedApplication named(const char* name, std::size_t max_calls = 0, std::size_t per_second = 0) {
  ServedApplication application;
  application.setup.owner.name = name;
  application.max_calls = max_calls;
  application.max_calls_per_second = per_second;
  return application;
}

constexpr base::TimePoint kNow{};

TEST(applications, as_many_calls_as_max_calls_and_one_more_when_one_has_ended) {
  Applications applications({named("ivr", 2), named("other")});
  EXPECT_TRUE(applications.begin_call(0, kNow));
  EXPECT_TRUE(applications.begin_call(0, kNow));
  EXPECT_FALSE(applications.begin_call(0, kNow));
  EXPECT_TRUE(applications.begin_call(1, kNow));
  applications.end_call(0);
  EXPECT_TRUE(applications.begin_call(0, kNow));
  EXPECT_FALSE(applications.begin_call(0, kNow));
}

TEST(applications, any_second_has_at_most_max_calls_per_second) {
  Applications applications({named("ivr", 0, 2)});
  EXPECT_TRUE(applications.begin_call(0, kNow));
  EXPECT_TRUE(applications.begin_call(0, kNow + 600ms));
  EXPECT_FALSE(applications.begin_call(0, kNow + 999ms));
  EXPECT_TRUE(applications.begin_call(0, kNow + 1000ms));
  EXPECT_FALSE(applications.begin_call(0, kNow + 1599ms));
  EXPECT_TRUE(applications.begin_call(0, kNow + 1600ms));
}

TEST(applications, an_update_counts_the_calls_that_are_up) {
  Applications applications({named("ivr")});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(applications.begin_call(0, kNow));
  applications.update({named("renamed", 3), named("new")});
  EXPECT_FALSE(applications.begin_call(0, kNow));
  applications.end_call(0);
  EXPECT_EQ(applications.begin_call(0, kNow).value().owner.name, "renamed");
  EXPECT_EQ(applications.begin_call(1, kNow).value().owner.name, "new");
}

}  // namespace
}  // namespace tonearm::app
