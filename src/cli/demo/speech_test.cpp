#include "cli/demo/speech.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "cli/caller/heard.hpp"

namespace tonearm::cli {
namespace {

TEST(speech, is_two_seconds_and_the_same_each_time) {
  const Samples once = speech();
  EXPECT_NEAR(static_cast<double>(once.size()) / kTelephoneRate, 2.1, 0.2);
  EXPECT_EQ(once, speech());
  EXPECT_NEAR(level_dbfs(once), -20, 0.2);
  EXPECT_LT(*std::ranges::max_element(once), 32000);
}

TEST(speech, has_syllables_and_pauses_and_no_packet_of_it_is_silence) {
  const auto levels = levels_of(speech(), 20);
  int syllables = 0;
  for (std::size_t i = 1; i < levels.size(); ++i)
    syllables += levels[i - 1] < -45 && levels[i] >= -45 ? 1 : 0;
  EXPECT_EQ(syllables, 7);
  for (const double level : levels) EXPECT_GT(level, -63);
}

TEST(speech, is_no_hum_its_parts_are_unlike_each_other) {
  const Samples voice = speech();
  const SampleSpan all(voice);
  EXPECT_LT(similarity(all.first(4000), all.subspan(8000, 4000), 160), 0.7);
}

TEST(without_silence, takes_away_what_is_quieter_than_a_codecs_zero_at_both_ends_only) {
  const Samples samples{0, 8, -8, 900, 0, 0, -900, 16, 0};
  const SampleSpan rest = without_silence(samples);
  ASSERT_EQ(rest.size(), 4u);
  EXPECT_EQ(rest.front(), 900);
  EXPECT_EQ(rest.back(), -900);
  EXPECT_TRUE(without_silence(Samples(100, 8)).empty());
  EXPECT_TRUE(without_silence({}).empty());
}

}  // namespace
}  // namespace tonearm::cli
