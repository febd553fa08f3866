#include "sip/target_health.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;
using State = TargetHealth::State;

const base::TimePoint kNow{std::chrono::hours(1)};

TEST(target_health, a_new_target_may_be_called) {
  const TargetHealth health(30s);
  EXPECT_EQ(health.state(), State::unknown);
  EXPECT_TRUE(health.is_ready(kNow));
  EXPECT_EQ(health.next_probe(), 30s);
}

TEST(target_health, unknown__any_answer_to_options__up) {
  for (const int status : {200, 401, 404, 405, 483, 501}) {
    TargetHealth health(30s);
    health.on_response(status, {}, kNow);
    EXPECT_EQ(health.state(), State::up) << status;
  }
}

TEST(target_health, up__silence__down_until_a_probe_is_answered) {
  TargetHealth health(30s);
  health.on_response(200, {}, kNow);
  health.on_silence(kNow);
  EXPECT_EQ(health.state(), State::down);
  EXPECT_FALSE(health.is_ready(kNow + 1h));
  health.on_response(200, {}, kNow + 1h);
  EXPECT_EQ(health.state(), State::up);
  EXPECT_TRUE(health.is_ready(kNow + 1h));
}

TEST(target_health, up__503__down_as_long_as_it_asked_even_if_options_are_answered) {
  TargetHealth health(30s);
  health.on_response(503, 60s, kNow);
  health.on_response(200, {}, kNow + 30s);
  EXPECT_FALSE(health.is_ready(kNow + 30s));
  health.on_response(200, {}, kNow + 60s);
  EXPECT_TRUE(health.is_ready(kNow + 60s));
}

TEST(target_health, an_absurd_retry_after_is_cut) {
  TargetHealth health(30s);
  health.on_response(503, std::chrono::hours(1000), kNow);
  health.on_response(200, {}, kNow + TargetHealth::kRetryAfterMax);
  EXPECT_EQ(health.state(), State::up);
}

TEST(target_health, without_probes_a_failed_target_gets_another_chance) {
  TargetHealth health(0s);
  EXPECT_EQ(health.next_probe(), std::nullopt);
  health.on_silence(kNow);
  EXPECT_FALSE(health.is_ready(kNow));
  EXPECT_TRUE(health.is_ready(kNow + TargetHealth::kSitOut));
}

}  // namespace
}  // namespace tonearm::sip
