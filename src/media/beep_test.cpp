#include "media/beep.hpp"

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "media/testing/signals.hpp"

namespace tonearm::media {
namespace {

class BeepTest : public ::testing::TestWithParam<Codec> {
 protected:
  BeepTest() : samples_(record_beep()->samples()) {
    decode(GetParam(), record_beep()->of(GetParam()), samples_);
  }
  testing::Samples samples_;
};

TEST_P(BeepTest, is_a_quarter_of_a_second_of_1000_hertz_at_12_below_the_reference) {
  const auto loud = [](std::int16_t x) { return std::abs(x) > 100; };
  const auto first = std::ranges::find_if(samples_, loud);
  const auto last = std::find_if(samples_.rbegin(), samples_.rend(), loud).base();
  EXPECT_NEAR(static_cast<double>(last - first) / kSamplesPerMs, 250, 10);
  EXPECT_LE(record_beep()->duration(), std::chrono::milliseconds(270));
  const auto middle = std::span(samples_).subspan(400, 1200);
  EXPECT_NEAR(testing::level_of(middle), -12, 0.5);
  EXPECT_NEAR(testing::frequency_near(middle, 1000, kClockRate, 50), 1000, 2);
}

TEST_P(BeepTest, begins_and_ends_softly) {
  EXPECT_LT(std::abs(samples_.front()), 200);
  EXPECT_LT(std::abs(samples_.back()), 200);
  for (std::size_t i = 1; i < 8; ++i) EXPECT_LT(std::abs(samples_[i]), 2000) << i;
}

INSTANTIATE_TEST_SUITE_P(Laws, BeepTest, ::testing::Values(Codec::pcmu, Codec::pcma),
                         [](const auto& law) { return std::string(name_of(law.param)); });

}  // namespace
}  // namespace tonearm::media
