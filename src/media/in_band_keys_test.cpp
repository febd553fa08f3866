#include "media/in_band_keys.hpp"

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/dual_tone.hpp"
#include "media/testing/key_log.hpp"
#include "media/testing/sound_line.hpp"
#include "media/testing/speech_like.hpp"

namespace tonearm::media::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Samples = std::vector<std::int16_t>;

std::size_t samples_in(milliseconds time) {
  return static_cast<std::size_t>(time.count()) * kSamplesPerMs;
}

Samples pressed(Key key, milliseconds length) {
  Samples samples(samples_in(length));
  DualTone tone;
  tone.start(key);
  tone.next(samples);
  return samples;
}
Samples silence(milliseconds length) {
  return Samples(samples_in(length));
}
/// Two tones of any level [dBm0].
Samples tones(double low_hertz, double low, double high_hertz, double high, milliseconds length) {
  Samples samples(samples_in(length));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / kClockRate;
    samples[i] = static_cast<std::int16_t>(22'800 * (std::pow(10, low / 20) * std::sin(low_hertz * turn) +
                                                     std::pow(10, high / 20) * std::sin(high_hertz * turn)));
  }
  return samples;
}
std::string heard_of(const Samples& sound) {
  KeyLog log;
  SoundLine line(log);
  line.send(silence(milliseconds(100)));
  line.send(sound);
  line.send(silence(milliseconds(300)));
  return log.text;
}

bool is_full() {
  return std::getenv("TONEARM_FULL") != nullptr;
}

TEST(InBandKeys, every_key_but_the_flash_is_heard_in_both_laws) {
  for (const Codec codec : {Codec::pcmu, Codec::pcma}) {
    KeyLog log;
    SoundLine line(log, {.codec = codec});
    for (std::uint8_t code = 0; code < kKeyCount; ++code) {
      line.send(pressed(Key(code), milliseconds(100)));
      line.send(silence(milliseconds(100)));
    }
    line.finish();
    EXPECT_EQ(log.keys, "0123456789*#ABCD");
  }
}

TEST(InBandKeys, a_key_of_60_ms_is_heard_wherever_it_falls_and_one_of_20_ms_is_not) {
  for (std::size_t shift = 0; shift < 110; shift += 3) {
    for (const auto& [length, keys] : {std::pair(60, "+8 -8"), std::pair(20, "")}) {
      Samples sound(shift);
      const Samples key = pressed(Key::k8, milliseconds(length));
      sound.insert(sound.end(), key.begin(), key.end());
      EXPECT_EQ(heard_of(sound), keys) << length << " ms at " << shift;
    }
  }
}

TEST(InBandKeys, a_key_that_is_held_is_one_key) {
  EXPECT_EQ(heard_of(pressed(Key::k3, seconds(10))), "+3 -3");
}

TEST(InBandKeys, its_beginning_is_told_as_it_was) {
  KeyLog log;
  SoundLine line(log);
  const base::TimePoint start{seconds(1000)};  // of the line
  line.send(silence(milliseconds(400)));
  line.send(pressed(Key::k3, milliseconds(200)));
  line.send(silence(milliseconds(400)));
  ASSERT_EQ(log.text, "+3 -3");
  // At most 40 ms of the key may stay in a recording, and not much before it may be missing.
  EXPECT_LE(log.began[0] - start, milliseconds(440));
  EXPECT_GE(log.began[0] - start, milliseconds(360));
  EXPECT_GE(log.ended[0] - start, milliseconds(590));
  EXPECT_LE(log.ended[0] - start, milliseconds(660));
}

TEST(InBandKeys, levels_and_twist_of_telephone_networks_are_heard_and_tones_that_are_none_are_not) {
  const milliseconds length(100);
  EXPECT_EQ(heard_of(tones(770, -25, 1336, -25, length)), "+5 -5");
  EXPECT_EQ(heard_of(tones(770, -3, 1336, -3, length)), "+5 -5");
  EXPECT_EQ(heard_of(tones(770, -10, 1336, -17, length)), "+5 -5");  // the line attenuates the higher one
  EXPECT_EQ(heard_of(tones(770, -13, 1336, -10, length)), "+5 -5");
  EXPECT_EQ(heard_of(tones(770 * 1.015, -10, 1336 * 0.985, -10, length)), "+5 -5");
  EXPECT_EQ(heard_of(tones(770, -10, 1336, -22, length)), "");  // another voice than a key's
  EXPECT_EQ(heard_of(tones(770, -22, 1336, -10, length)), "");
  EXPECT_EQ(heard_of(tones(770 * 1.04, -10, 1336, -10, length)), "");
  EXPECT_EQ(heard_of(tones(770, -45, 1336, -45, length)), "");
  EXPECT_EQ(heard_of(tones(350, -13, 440, -13, seconds(2))), "");  // dial tone
  EXPECT_EQ(heard_of(tones(1000, -10, 1000, -10, seconds(2))), "");
}

TEST(InBandKeys, the_end_of_all_sound_ends_a_key) {
  KeyLog log;
  SoundLine line(log);
  line.send(pressed(Key::k1, milliseconds(100)));
  EXPECT_EQ(log.text, "");  // in the window
  line.finish();
  EXPECT_EQ(log.text, "+1 -1");
}

TEST(InBandKeys, no_key_of_thousands_is_lost_or_counted_twice_on_a_bad_network) {
  KeyLog log;
  SoundLine line(log, {.seed = 5, .lost = 0.03, .repeated = 0.1, .late = 0.1});
  std::mt19937 random(6);
  std::string keys;
  for (int i = 0; i < (is_full() ? 10'000 : 1'000); ++i) {
    const auto key = Key(random() % 16);
    keys += character_of(key);
    line.send(pressed(key, milliseconds(80 + random() % 100)));
    line.send(silence(milliseconds(80 + random() % 100)));
  }
  line.finish();
  EXPECT_EQ(log.keys, keys);
}

TEST(InBandKeys, speech_presses_hardly_a_key) {
  // False keys in an hour; Bellcore's test of talk-off allows 0.7 of each digit, 11 in all, in its half hour.
  const seconds length = is_full() ? std::chrono::hours(4) : std::chrono::minutes(10);
  KeyLog log;
  SoundLine line(log);
  SpeechLike speech(7);
  Samples frame(kFrameBytes);
  for (milliseconds at{0}; at < length; at += milliseconds(kFrameMs)) {
    speech.fill(frame);
    line.send(frame);
  }
  line.finish();
  const double per_hour = static_cast<double>(log.keys.size()) * 3600 / static_cast<double>(length.count());
  RecordProperty("false_keys_per_hour", std::to_string(per_hour));
  EXPECT_LE(per_hour, 6) << log.keys;
}

}  // namespace
}  // namespace tonearm::media::testing
