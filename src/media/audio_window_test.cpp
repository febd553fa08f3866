#include "media/audio_window.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/g711.hpp"

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::TimePoint kStart{seconds(1000)};

/// Writes down the letters of what it hears, one for each frame of 20 ms; `?` lost, `.` silence.
class Ear final : public AudioSink {
 public:
  void on_audio(std::span<const std::int16_t> samples, base::TimePoint when) override {
    for (const std::int16_t sample : samples)
      if (++count % kFrameBytes == 0) text += static_cast<char>(encode_sample(Codec::pcmu, sample));
    last = when;
  }
  void on_lost(base::TimePoint) override { text += '?'; }
  void on_silence(base::TimePoint) override { text += '.'; }

  std::string text;
  std::size_t count = 0;
  base::TimePoint last;
};

class AudioWindowTest : public ::testing::Test {
 protected:
  /// The frame `letter` ('a' was spoken first) arrives at `at`.
  void add(char letter, milliseconds at) {
    window_.on_tick(kStart + at);
    const std::vector<std::uint8_t> payload(kFrameBytes, static_cast<std::uint8_t>(letter));
    window_.add(Codec::pcmu, base_ + static_cast<std::uint32_t>((letter - 'a') * kFrameBytes), payload,
                kStart + at);
    window_.on_tick(kStart + at);
  }
  /// One letter every 20 ms; a space is a packet that does not come.
  void add_in_turn(const std::string& letters) {
    for (std::size_t i = 0; i < letters.size(); ++i)
      if (letters[i] != ' ') add(letters[i], milliseconds(20) * i);
    window_.flush();
  }

  Ear ear_;
  AudioWindow window_{ear_};
  std::uint32_t base_ = 0xFFFFFE00U;  // wraps soon
};

TEST_F(AudioWindowTest, sound_is_heard_in_its_order_and_once) {
  add_in_turn("abcdefghij");
  EXPECT_EQ(ear_.text, "abcdefghij.");
  EXPECT_EQ(ear_.count, 10 * kFrameBytes);
}

TEST_F(AudioWindowTest, packets_that_overtake_each_other_or_come_twice_are_put_right) {
  add_in_turn("acbdfegghhji");
  EXPECT_EQ(ear_.text, "abcdefghij.");
  EXPECT_EQ(ear_.count, 10 * kFrameBytes);
}

TEST_F(AudioWindowTest, a_lost_packet_or_two_is_loss_and_more_is_silence) {
  add_in_turn("ab defgh  kl");
  EXPECT_EQ(ear_.text, "ab?defgh?kl.");
  ear_.text.clear();
  add_in_turn("ab   fghij");
  EXPECT_EQ(ear_.text, "ab?.fghij.");
}

TEST_F(AudioWindowTest, what_comes_too_late_is_not_heard) {
  add_in_turn("abcdfghij");
  ear_.text.clear();
  add('a', milliseconds(0));
  for (char letter = 'c'; letter < 'k'; ++letter) add(letter, milliseconds(20) * (letter - 'a'));
  add('b', milliseconds(200));
  window_.flush();
  EXPECT_EQ(ear_.text, "a?cdefghij.");
}

TEST_F(AudioWindowTest, jitter_is_no_silence_but_150_ms_without_a_packet_are) {
  add('a', milliseconds(0));
  add('b', milliseconds(140));
  add('c', milliseconds(140));
  window_.on_tick(kStart + milliseconds(289));
  EXPECT_EQ(ear_.text, "");
  window_.on_tick(kStart + milliseconds(290));
  EXPECT_EQ(ear_.text, "abc.");
  window_.on_tick(kStart + milliseconds(500));
  EXPECT_EQ(ear_.text, "abc.");
}

TEST_F(AudioWindowTest, a_clock_that_jumps_either_way_begins_anew) {
  add('a', milliseconds(0));
  base_ += 100'000;
  add('b', milliseconds(20));
  base_ -= 200'000;
  add('c', milliseconds(40));
  window_.flush();
  EXPECT_EQ(ear_.text, "a.b.c.");
}

TEST_F(AudioWindowTest, sizes_may_change_and_the_time_of_the_last_sample_is_told) {
  std::uint32_t timestamp = 0;
  milliseconds at{0};
  for (const std::size_t ms : {10U, 60U, 20U, 30U, 40U}) {
    at += milliseconds(ms);
    window_.add(Codec::pcma, timestamp, std::vector<std::uint8_t>(ms * kSamplesPerMs, 0x80), kStart + at);
    timestamp += static_cast<std::uint32_t>(ms * kSamplesPerMs);
  }
  window_.on_tick(kStart + at);
  EXPECT_EQ(ear_.count, 100 * kSamplesPerMs);
  EXPECT_EQ(ear_.last, kStart + milliseconds(100));
  window_.add(Codec::pcma, timestamp, std::vector<std::uint8_t>(1400, 0x80), kStart + at);  // no sane size
  window_.flush();
  EXPECT_EQ(ear_.count, 160 * kSamplesPerMs);
}

}  // namespace
}  // namespace tonearm::media
