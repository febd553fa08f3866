#include "media/speech_detector.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "media/testing/signals.hpp"

namespace tonearm::media {
namespace {

using testing::operator+;
using std::chrono::milliseconds;

constexpr base::TimePoint kStart{std::chrono::hours(1)};

/// When speech was first and last found [s from the start]; nothing: never.
struct Found {
  std::optional<double> first;
  double last = 0;
  double packets = 0;  // with speech, of all
};

Found detect(const testing::Samples& sound, Codec codec = Codec::pcmu, std::size_t packet = kFrameBytes) {
  SpeechDetector detector;
  const auto bytes = testing::encoded(sound, codec);
  Found found;
  std::size_t with = 0;
  std::size_t all = 0;
  for (std::size_t at = 0; at < bytes.size(); at += packet) {
    const auto audio = std::span(bytes).subspan(at, std::min(packet, bytes.size() - at));
    const auto arrival = kStart + milliseconds((at + audio.size()) / kSamplesPerMs);
    detector.hear(codec, audio, arrival);
    ++all;
    if (detector.last() != arrival) continue;
    ++with;
    found.last = std::chrono::duration<double>(arrival - kStart).count();
    if (!found.first) found.first = found.last;
  }
  found.packets = static_cast<double>(with) / static_cast<double>(all);
  return found;
}

struct Case {
  const char* name;
  testing::Samples sound;
  bool speech;
};

class SpeechMatrix : public ::testing::TestWithParam<Case> {};

TEST_P(SpeechMatrix, is_told_from_silence) {
  for (const Codec codec : {Codec::pcmu, Codec::pcma})
    for (const std::size_t packet : {80U, 160U, 480U})
      EXPECT_EQ(detect(GetParam().sound, codec, packet).first.has_value(), GetParam().speech)
          << name_of(codec) << ' ' << packet;
}

INSTANTIATE_TEST_SUITE_P(Sounds, SpeechMatrix,
                         ::testing::Values(Case{"silence", testing::silence(10), false},
                                           Case{"noise_at_50_below", testing::noise(10, -50), false},
                                           Case{"silence_then_noise_at_50_below",
                                                testing::silence(5) + testing::noise(10, -50), false},
                                           Case{"babble", testing::babble(15, -45), false},
                                           Case{"clicks", testing::clicks(10, -5), false},
                                           Case{"a_talker_at_30_below", testing::talker(3, -30), true},
                                           Case{"a_talker_in_noise",
                                                testing::silence(3) + testing::talker(3, -25), true},
                                           Case{"music", testing::silence(1) + testing::music(3, -20), true},
                                           Case{"clipping", testing::talker(2, 3), true}),
                         [](const auto& one) { return one.param.name; });

TEST(SpeechDetector, finds_speech_within_a_tenth_of_a_second_of_its_beginning_and_loses_it_at_its_end) {
  const auto found = detect(testing::silence(2) + testing::talker(3, -30) + testing::silence(3));
  ASSERT_TRUE(found.first);
  EXPECT_GT(*found.first, 2);
  EXPECT_LT(*found.first, 2.5);
  EXPECT_NEAR(found.last, 5, 0.4);
}

TEST(SpeechDetector, follows_a_talker_through_a_long_speech) {
  const auto found = detect(testing::talker(60, -30));
  EXPECT_GT(found.packets, 0.3);
  EXPECT_NEAR(found.last, 60, 0.6);
}

TEST(SpeechDetector, a_tone_of_40_ms_is_none_and_one_of_80_ms_is) {
  const auto tone = [](double seconds) {
    return testing::silence(1) + testing::sine(seconds, 500, -20) + testing::silence(1);
  };
  EXPECT_FALSE(detect(tone(0.04)).first);
  EXPECT_TRUE(detect(tone(0.08)).first);
}

TEST(SpeechDetector, a_sound_that_goes_on_becomes_noise) {
  const auto found = detect(testing::noise(40, -30));
  EXPECT_LT(found.last, 8);
}

TEST(SpeechDetector, a_talker_over_loud_noise_is_found_once_the_noise_is_known) {
  auto sound = testing::noise(20, -40);
  const auto talk = testing::talker(5, -20);
  for (std::size_t i = 0; i < talk.size(); ++i)
    sound[testing::samples_of(15) + i] =
        static_cast<std::int16_t>(sound[testing::samples_of(15) + i] + talk[i]);
  const auto found = detect(sound);
  ASSERT_TRUE(found.first);
  EXPECT_GT(found.last, 19);
}

TEST(SpeechDetector, an_offset_is_no_sound) {
  EXPECT_FALSE(detect(testing::Samples(8000, 2000)).first);
}

TEST(SpeechDetector, speech_does_not_add_up_over_a_pause_without_packets) {
  SpeechDetector detector;
  const auto bytes = testing::encoded(testing::sine(0.04, 500, -20));
  for (int i = 0; i < 10; ++i) detector.hear(Codec::pcmu, bytes, kStart + milliseconds(200 * i));
  EXPECT_FALSE(detector.heard());
}

}  // namespace
}  // namespace tonearm::media
