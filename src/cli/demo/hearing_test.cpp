#include "cli/demo/hearing.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "cli/demo/speech.hpp"

namespace tonearm::cli {
namespace {

constexpr std::size_t kFrame = 160;

Samples tone(double hertz, std::size_t length) {
  Samples samples(length);
  for (std::size_t i = 0; i < length; ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / kTelephoneRate;
    samples[i] = static_cast<std::int16_t>(5000 * std::sin(angle));
  }
  return samples;
}

class HearingTest : public testing::Test {
 protected:
  void hear(const Samples& sound) {
    for (std::size_t at = 0; at + kFrame <= sound.size(); at += kFrame) {
      const auto begin = sound.begin() + static_cast<std::ptrdiff_t>(at);
      hearing_.on_packet({.arrived_ns = now_ += 20'000'000, .samples = Samples(begin, begin + kFrame)});
    }
    hearing_.on_packet({.arrived_ns = now_ += 20'000'000, .silence = true, .samples = Samples(kFrame, 0)});
  }

  Prompts prompts_{tone(300, 8000), tone(500, 8000), tone(700, 8000), speech()};
  std::vector<std::string> told_;
  int beeps_ = 0;
  Hearing hearing_{prompts_, [this](std::int64_t, const std::string& text) { told_.push_back(text); },
                   [this] { ++beeps_; }};
  std::int64_t now_ = 0;
};

TEST_F(HearingTest, a_beep_is_told_when_it_has_ended) {
  hear(tone(1000, 2080));
  EXPECT_EQ(told_, std::vector<std::string>{"has heard a beep of 260 ms"});
  EXPECT_EQ(beeps_, 1);
}

TEST_F(HearingTest, another_tone_or_a_longer_one_is_no_beep_to_speak_after) {
  hear(tone(1040, 2080));
  hear(tone(1000, 8000));
  EXPECT_EQ(beeps_, 0);
}

TEST_F(HearingTest, a_prompt_and_the_own_voice_are_known_by_their_beginning) {
  hear(prompts_.goodbye);
  Samples late(100, 0);  // the recording began a little before
  late.insert(late.end(), prompts_.speech.begin(), prompts_.speech.end());
  hear(late);
  const std::vector<std::string> wanted{
      "hears goodbye.wav, for 280 ms now", "hears silence again, after 1000 ms of sound",
      "hears own voice, for 280 ms now",
      "hears silence again, after " + std::to_string(late.size() / kFrame * 20) + " ms of sound"};
  EXPECT_EQ(told_, wanted);
  EXPECT_EQ(beeps_, 0);
}

}  // namespace
}  // namespace tonearm::cli
