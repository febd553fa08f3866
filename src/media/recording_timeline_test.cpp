#include "media/recording_timeline.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <random>

#include <gtest/gtest.h>

#include "media/testing/signals.hpp"

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;
using testing::Samples;

constexpr double kHertz = 440;
constexpr double kLevel = -15;

/// A tone on the wire, as a phone sends it: 20 ms pieces, each arriving when it has been spoken.
class Tone {
 public:
  explicit Tone(double seconds, double hertz = kHertz, std::uint32_t ssrc = 1) {
    bytes_ = testing::encoded(testing::sine(seconds, hertz, kLevel));
    for (std::size_t at = 0; at + kFrameBytes <= bytes_.size(); at += kFrameBytes) {
      const auto i = at / kFrameBytes;
      pieces.push_back({.arrival = milliseconds(20 * (i + 1)),
                        .ssrc = ssrc,
                        .timestamp = 1'000'000U + static_cast<std::uint32_t>(at),
                        .sequence = static_cast<std::uint16_t>(65'000 + i),
                        .codec = Codec::pcmu,
                        .payload = std::span(bytes_).subspan(at, kFrameBytes)});
    }
  }
  /// As it was spoken.
  [[nodiscard]] Samples sound() const {
    Samples samples(bytes_.size());
    decode(Codec::pcmu, bytes_, samples);
    return samples;
  }

  std::vector<SpooledAudio> pieces;

 private:
  std::vector<std::uint8_t> bytes_;
};

struct Placed {
  Samples audio;
  unsigned reanchored = 0;
  unsigned dropped = 0;
};

Placed place(std::vector<SpooledAudio> pieces, milliseconds length) {
  std::ranges::stable_sort(pieces, {}, &SpooledAudio::arrival);
  RecordingTimeline timeline(length);
  timeline.place(pieces);
  Placed placed{{}, timeline.reanchored(), timeline.dropped()};
  placed.audio = timeline.take();
  EXPECT_EQ(placed.audio.size(), static_cast<std::size_t>(length.count()) * kSamplesPerMs);
  return placed;
}

std::span<const std::int16_t> part(const Samples& samples, milliseconds from, milliseconds to) {
  return std::span(samples).subspan(static_cast<std::size_t>(from.count()) * kSamplesPerMs,
                                    static_cast<std::size_t>((to - from).count()) * kSamplesPerMs);
}

void expect_tone(std::span<const std::int16_t> audio, double level_within = 0.5) {
  EXPECT_NEAR(testing::frequency_near(audio, kHertz, kClockRate), kHertz, 1);
  EXPECT_NEAR(testing::level_of(audio), kLevel, level_within);
}

TEST(RecordingTimeline, a_clean_stream_is_there_bit_for_bit) {
  const Tone tone(2);
  const auto placed = place(tone.pieces, milliseconds(2000));
  EXPECT_EQ(placed.audio, tone.sound());
  EXPECT_EQ(placed.reanchored, 0U);
}

TEST(RecordingTimeline, arrival_with_jitter_changes_nothing_but_where_it_begins) {
  Tone tone(10);
  std::mt19937 random(5);
  for (std::size_t i = 1; i < tone.pieces.size(); ++i) tone.pieces[i].arrival += milliseconds(random() % 5);
  EXPECT_EQ(place(tone.pieces, milliseconds(10'000)).audio, tone.sound());
}

TEST(RecordingTimeline, duplicates_and_disorder_are_undone) {
  Tone tone(2);
  for (std::size_t i = 3; i < tone.pieces.size(); i += 4) tone.pieces[i].arrival += milliseconds(65);
  for (std::size_t i = 0; i < 60; i += 7) {
    tone.pieces.push_back(tone.pieces[i]);
    tone.pieces.back().arrival += milliseconds(50);
  }
  const auto placed = place(tone.pieces, milliseconds(2000));
  EXPECT_EQ(placed.audio, tone.sound());
}

TEST(RecordingTimeline, one_in_twenty_lost_leaves_length_frequency_and_level) {
  Tone tone(30);
  std::mt19937 random(3);
  std::erase_if(tone.pieces, [&](const auto&) { return random() % 20 == 0; });
  const auto placed = place(tone.pieces, milliseconds(30'000));
  expect_tone(placed.audio);
  // No hole is left but where three and more in a row were lost.
  int holes = 0;
  for (milliseconds at(100); at < milliseconds(29'900); at += milliseconds(20))
    if (testing::level_of(part(placed.audio, at, at + milliseconds(20))) < kLevel - 10) ++holes;
  EXPECT_LE(holes, 8);
}

TEST(RecordingTimeline, a_long_gap_is_silence_of_its_length) {
  Tone tone(3);
  std::erase_if(tone.pieces, [](const auto& p) {
    return p.arrival > milliseconds(1000) && p.arrival <= milliseconds(2000);
  });
  const auto placed = place(tone.pieces, milliseconds(3000));
  expect_tone(part(placed.audio, milliseconds(0), milliseconds(1000)));
  EXPECT_EQ(testing::level_of(part(placed.audio, milliseconds(1100), milliseconds(2000))), kSilenceDbm0);
  EXPECT_TRUE(std::ranges::equal(part(placed.audio, milliseconds(2100), milliseconds(3000)),
                                 part(tone.sound(), milliseconds(2100), milliseconds(3000))));
}

TEST(RecordingTimeline, a_pause_in_which_timestamps_stand_still_keeps_its_length) {
  Tone tone(3);
  for (std::size_t i = 50; i < tone.pieces.size(); ++i) tone.pieces[i].arrival += milliseconds(1000);
  const auto placed = place(tone.pieces, milliseconds(4000));
  EXPECT_EQ(testing::level_of(part(placed.audio, milliseconds(1100), milliseconds(2000))), kSilenceDbm0);
  expect_tone(part(placed.audio, milliseconds(2000), milliseconds(4000)));
}

TEST(RecordingTimeline, nothing_at_all_is_silence) {
  const auto placed = place({}, milliseconds(500));
  EXPECT_EQ(placed.audio, Samples(4000));
}

TEST(RecordingTimeline, a_jump_of_the_timestamp_is_not_believed_and_counted) {
  Tone tone(4);
  for (std::size_t i = 100; i < tone.pieces.size(); ++i) tone.pieces[i].timestamp += 1U << 30;
  const auto placed = place(tone.pieces, milliseconds(4000));
  EXPECT_EQ(placed.reanchored, 1U);
  EXPECT_EQ(placed.audio, tone.sound());
}

TEST(RecordingTimeline, one_wild_timestamp_costs_nothing) {
  Tone tone(2);
  tone.pieces[40].timestamp ^= 0x4000'0000;
  const auto placed = place(tone.pieces, milliseconds(2000));
  EXPECT_EQ(placed.reanchored, 2U);
  EXPECT_EQ(placed.audio, tone.sound());
}

TEST(RecordingTimeline, timestamps_that_run_wild_make_it_no_longer) {
  Tone tone(4);
  std::mt19937 random(4);
  for (auto& piece : tone.pieces) piece.timestamp = static_cast<std::uint32_t>(random());
  const auto placed = place(tone.pieces, milliseconds(4000));
  EXPECT_GT(placed.reanchored, 150U);
  EXPECT_EQ(placed.audio, tone.sound());
}

TEST(RecordingTimeline, a_delayed_first_piece_does_not_delay_all) {
  Tone tone(4);
  tone.pieces[0].arrival += milliseconds(90);
  tone.pieces[1].arrival += milliseconds(75);
  EXPECT_EQ(place(tone.pieces, milliseconds(4000)).audio, tone.sound());
}

TEST(RecordingTimeline, a_stream_that_jumps_while_it_is_held_back_is_where_it_was_said) {
  Tone tone(4);
  for (std::size_t i = 100; i < tone.pieces.size(); ++i) {
    tone.pieces[i].timestamp += 1U << 30;
    tone.pieces[i].arrival = std::max<std::chrono::microseconds>(tone.pieces[i].arrival, milliseconds(2500));
  }
  EXPECT_EQ(place(tone.pieces, milliseconds(4000)).audio, tone.sound());
}

TEST(RecordingTimeline, what_a_jump_overtook_falls_into_its_place) {
  Tone tone(4);
  for (std::size_t i = 100; i < tone.pieces.size(); ++i) tone.pieces[i].timestamp += 1U << 30;
  for (const std::size_t late : {96U, 97U, 99U}) tone.pieces[late].arrival += milliseconds(70);
  const auto placed = place(tone.pieces, milliseconds(4000));
  EXPECT_EQ(placed.reanchored, 1U);
  EXPECT_EQ(placed.audio, tone.sound());
}

TEST(RecordingTimeline, a_jump_ahead_of_less_than_the_tolerance_opens_no_gap) {
  Tone tone(4);
  for (std::size_t i = 100; i < tone.pieces.size(); ++i) tone.pieces[i].timestamp += 800;
  const auto placed = place(tone.pieces, milliseconds(4000));
  EXPECT_EQ(placed.reanchored, 1U);
  EXPECT_EQ(placed.audio, tone.sound());
}

TEST(RecordingTimeline, one_timestamp_somewhat_ahead_is_no_jump) {
  Tone tone(4);
  tone.pieces[100].timestamp += 800;
  EXPECT_EQ(place(tone.pieces, milliseconds(4000)).reanchored, 0U);
}

TEST(RecordingTimeline, a_new_ssrc_goes_on_where_it_arrives) {
  Tone first(2);
  const Tone second(2, 600, 2);
  auto pieces = first.pieces;
  for (auto piece : second.pieces) {
    piece.arrival += milliseconds(2000);
    piece.timestamp += 77'777;
    piece.sequence = static_cast<std::uint16_t>(piece.sequence * 3);
    pieces.push_back(piece);
  }
  const auto placed = place(pieces, milliseconds(4000));
  EXPECT_EQ(placed.reanchored, 0U);
  expect_tone(part(placed.audio, milliseconds(0), milliseconds(2000)));
  EXPECT_NEAR(
      testing::frequency_near(part(placed.audio, milliseconds(2000), milliseconds(4000)), 600, kClockRate),
      600, 1);
}

TEST(RecordingTimeline, a_stream_held_back_for_a_second_falls_into_its_place) {
  Tone tone(4);
  for (auto& piece : tone.pieces)
    if (piece.arrival > milliseconds(1000))
      piece.arrival = std::max<std::chrono::microseconds>(piece.arrival, milliseconds(2000));
  const auto placed = place(tone.pieces, milliseconds(4000));
  EXPECT_EQ(placed.reanchored, 0U);
  expect_tone(placed.audio, 0.2);
}

TEST(RecordingTimeline, more_audio_than_time_is_dropped_not_appended) {
  Tone tone(4);
  for (auto& piece : tone.pieces) piece.arrival /= 2;  // twice as fast as time
  const auto placed = place(tone.pieces, milliseconds(2000));
  EXPECT_GT(placed.reanchored + placed.dropped, 10U);
}

TEST(RecordingTimeline, the_end_cuts_what_was_spoken_after_it) {
  const Tone tone(2);
  const auto placed = place(tone.pieces, milliseconds(1010));
  EXPECT_TRUE(std::ranges::equal(placed.audio, part(tone.sound(), milliseconds(0), milliseconds(1010))));
}

TEST(RecordingTimeline, packets_of_any_size_are_taken) {
  std::mt19937 random(8);
  std::vector<std::uint8_t> bytes(160, 0x10);
  std::vector<SpooledAudio> pieces;
  for (unsigned i = 0; i < 4000; ++i)
    pieces.push_back({.arrival = std::chrono::microseconds(500 * i),
                      .ssrc = random() % 50 == 0 ? 2U : 1U,
                      .timestamp = static_cast<std::uint32_t>(i * 3 + random() % 5),
                      .sequence = static_cast<std::uint16_t>(i),
                      .codec = Codec::pcmu,
                      .payload = std::span(bytes).first(1 + random() % 160)});
  EXPECT_EQ(place(pieces, milliseconds(2000)).audio.size(), 16'000U);
}

class Drift : public ::testing::TestWithParam<double> {};

/// The far end's clock is fast or slow by some ppm.
TEST_P(Drift, is_followed) {
  Tone tone(120);
  for (auto& piece : tone.pieces)
    piece.arrival = std::chrono::microseconds(
        std::llround(static_cast<double>(piece.arrival.count()) * (1 - GetParam() * 1e-6)));
  const auto placed = place(tone.pieces, milliseconds(119'700));
  EXPECT_EQ(placed.reanchored, 0U);
  const auto late = part(placed.audio, milliseconds(115'000), milliseconds(119'600));
  EXPECT_NEAR(testing::level_of(late), kLevel, 0.2);
  EXPECT_NEAR(testing::frequency_near(late, kHertz, kClockRate), kHertz, 1);
}

INSTANTIATE_TEST_SUITE_P(Ppm, Drift, ::testing::Values(200, -200, 2000, -2000), [](const auto& ppm) {
  return (ppm.param < 0 ? "slow_" : "fast_") + std::to_string(std::abs(static_cast<int>(ppm.param)));
});

TEST(RecordingTimeline, drift_is_followed_to_within_ten_milliseconds) {
  // A click a second, by the far end's clock, is to be found where it arrived.
  constexpr double kPpm = 400;
  std::vector<std::vector<std::uint8_t>> payloads;
  std::vector<SpooledAudio> pieces;
  for (unsigned i = 0; i < 6000; ++i) {
    payloads.emplace_back(kFrameBytes, i % 50 == 49 ? 0x80 : 0xFF);
    pieces.push_back(
        {.arrival = std::chrono::microseconds(std::llround(20'000.0 * (i + 1) * (1 + kPpm * 1e-6))),
         .ssrc = 1,
         .timestamp = 160 * i,
         .sequence = static_cast<std::uint16_t>(i),
         .codec = Codec::pcmu,
         .payload = {}});
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i].payload = payloads[i];
  const auto placed = place(pieces, milliseconds(120'060));
  for (std::size_t i = 49; i < pieces.size(); i += 50) {
    const auto arrived = static_cast<std::ptrdiff_t>(pieces[i].arrival.count() * 8 / 1000 - 160);
    const auto begin = placed.audio.begin() + std::max<std::ptrdiff_t>(arrived - 800, 0);
    const auto click =
        std::find_if(begin, placed.audio.end(), [](std::int16_t x) { return std::abs(x) > 16'000; });
    ASSERT_NEAR(static_cast<double>(click - placed.audio.begin() - arrived), 0, 80) << i;
  }
}

}  // namespace
}  // namespace tonearm::media
