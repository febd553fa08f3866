#include "cli/caller/wav_file.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sndfile.h>
#include <unistd.h>

#include "cli/caller/test_hum.hpp"

namespace tonearm::cli {
namespace {

class WavFileTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("wav_file_test." + std::to_string(getpid()));
};

TEST_F(WavFileTest, what_was_written_is_read_back_sample_by_sample) {
  const Samples written = hum(0.5);
  ASSERT_TRUE(write_wav(folder_ / "hum.wav", written));
  const auto read = read_wav(folder_ / "hum.wav");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, written);
}

TEST_F(WavFileTest, another_rate_is_resampled_and_another_channel_left_out) {
  SF_INFO info{};
  info.samplerate = 16000;
  info.channels = 2;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  SNDFILE* file = sf_open((folder_ / "stereo.wav").c_str(), SFM_WRITE, &info);
  ASSERT_NE(file, nullptr);
  const Samples narrow = hum(1);
  Samples wide;  // left: the hum, each sample twice; right: full scale
  for (const std::int16_t sample : narrow) wide.insert(wide.end(), {sample, 32767, sample, 32767});
  ASSERT_EQ(sf_write_short(file, wide.data(), static_cast<sf_count_t>(wide.size())), 32000);
  sf_close(file);

  const auto read = read_wav(folder_ / "stereo.wav");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->size(), narrow.size());
  EXPECT_GT(similarity(*read, narrow, 2), 0.99);
}

TEST_F(WavFileTest, a_missing_file_and_one_that_is_no_wav_are_errors_that_name_it) {
  EXPECT_NE(read_wav(folder_ / "none.wav").error().message().find("none.wav"), std::string::npos);
  std::ofstream(folder_ / "text.wav") << "no sound";
  EXPECT_NE(read_wav(folder_ / "text.wav").error().message().find("text.wav"), std::string::npos);
  EXPECT_FALSE(write_wav(folder_ / "no" / "folder.wav", hum(0.1)));
}

TEST(sound, levels_are_relative_to_full_scale) {
  EXPECT_NEAR(level_dbfs(Samples(800, 16384)), -6.02, 0.01);
  EXPECT_LT(level_dbfs(Samples(800, 0)), -96);
  EXPECT_LT(level_dbfs({}), -96);
}

TEST(sound, a_sound_resembles_itself_when_shifted_or_quieter_and_not_its_opposite) {
  const Samples sound = hum(1);
  Samples quieter(20, 0);
  for (const std::int16_t sample : sound) quieter.push_back(static_cast<std::int16_t>(sample / 2));
  EXPECT_GT(similarity(sound, quieter, 40), 0.999);
  EXPECT_LT(similarity(sound, Samples(8000, 0), 40), 0.001);
}

TEST(sound, a_part_is_found_in_the_whole) {
  Samples whole(3000, 0);
  const Samples part = hum(0.25);
  whole.insert(whole.end(), part.begin(), part.end());
  EXPECT_GT(best_resemblance(whole, part), 0.999);
  EXPECT_EQ(best_resemblance(part, whole), 0);
}

}  // namespace
}  // namespace tonearm::cli
