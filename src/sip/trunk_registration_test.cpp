#include "sip/trunk_registration.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;
using State = TrunkRegistration::State;

TEST(trunk_registration, trying__200__registered_and_refreshed_before_it_runs_out) {
  TrunkRegistration registration(600s);
  const auto next = registration.on_response({200, 300s, {}, {}}, 0.0);
  EXPECT_EQ(registration.state(), State::registered);
  EXPECT_EQ(next.after, 225s);
  EXPECT_EQ(registration.on_response({200, 300s, {}, {}}, 1.0).after, 150s);
}

TEST(trunk_registration, what_was_asked_for_counts_if_the_registrar_does_not_say) {
  TrunkRegistration registration(600s);
  EXPECT_EQ(registration.on_response({200, {}, {}, {}}, 0.0).after, 450s);
}

TEST(trunk_registration, trying__423__asks_for_the_minimum_at_once) {
  TrunkRegistration registration(60s);
  const auto next = registration.on_response({423, {}, 600s, {}}, 0.0);
  EXPECT_EQ(next.after, 0ms);
  EXPECT_FALSE(next.next_target);
  EXPECT_EQ(registration.expires(), 600s);
  EXPECT_GT(registration.on_response({423, {}, 600s, {}}, 0.0).after, 1s);  // not for ever
}

TEST(trunk_registration, registered__silence__the_next_target_with_growing_pauses) {
  TrunkRegistration registration(600s);
  registration.on_response({200, {}, {}, {}}, 0.0);
  std::chrono::milliseconds last{0};
  for (const auto pause : {2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s}) {
    const auto next = registration.on_response({0, {}, {}, {}}, 0.0);
    EXPECT_EQ(registration.state(), State::waiting);
    EXPECT_EQ(next.after, pause);
    EXPECT_TRUE(next.next_target);
    EXPECT_GE(next.after, last);
    last = next.after;
  }
  registration.on_response({200, {}, {}, {}}, 0.0);
  EXPECT_EQ(registration.on_response({503, {}, {}, {}}, 0.0).after, 2s);  // a success starts anew
}

TEST(trunk_registration, jitter_shortens_a_pause_by_half_at_most) {
  TrunkRegistration registration(600s);
  EXPECT_EQ(registration.on_response({0, {}, {}, {}}, 0.9999).after / 100ms, 10);
}

TEST(trunk_registration, waiting__wrong_password__is_not_hammered) {
  for (const int status : {401, 403, 407}) {
    TrunkRegistration registration(600s);
    const auto next = registration.on_response({status, {}, {}, {}}, 0.0);
    EXPECT_EQ(next.after, TrunkRegistration::kRefusedPause) << status;
    EXPECT_FALSE(next.next_target);
  }
}

TEST(trunk_registration, retry_after_is_obeyed) {
  TrunkRegistration registration(600s);
  EXPECT_EQ(registration.on_response({503, {}, {}, 90s}, 0.0).after, 90s);
}

}  // namespace
}  // namespace tonearm::sip
