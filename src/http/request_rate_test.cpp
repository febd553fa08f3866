#include "http/request_rate.hpp"

#include <gtest/gtest.h>

namespace tonearm::http {
namespace {

using namespace std::chrono_literals;

const base::Guid kOne = base::Guid::from_words(1, 1);
const base::Guid kOther = base::Guid::from_words(2, 2);

int allowed(RequestRate& rate, const base::Guid& application, base::TimePoint now, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += rate.allow(application, now) ? 1 : 0;
  return count;
}

TEST(RequestRate, a_second_has_so_many_for_each_application) {
  RequestRate rate(10);
  const base::TimePoint start(1h);
  EXPECT_EQ(allowed(rate, kOne, start, 25), 10);
  EXPECT_EQ(allowed(rate, kOther, start, 25), 10);
  EXPECT_EQ(allowed(rate, kOne, start + 500ms, 25), 5);
  EXPECT_EQ(allowed(rate, kOne, start + 1h, 25), 10);
}

TEST(RequestRate, zero_is_no_limit_and_another_limit_holds_at_once) {
  RequestRate rate(0);
  EXPECT_EQ(allowed(rate, kOne, base::TimePoint(1h), 1000), 1000);
  rate.set(2);
  EXPECT_EQ(allowed(rate, kOne, base::TimePoint(1h), 10), 2);
}

TEST(RequestRate, requests_of_several_threads_may_be_a_little_out_of_order) {
  RequestRate rate(1);
  EXPECT_TRUE(rate.allow(kOne, base::TimePoint(2s)));
  EXPECT_FALSE(rate.allow(kOne, base::TimePoint(1s)));
  EXPECT_FALSE(rate.allow(kOne, base::TimePoint(2s)));
  EXPECT_TRUE(rate.allow(kOne, base::TimePoint(3s)));
}

}  // namespace
}  // namespace tonearm::http
