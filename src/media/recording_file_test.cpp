#include "media/recording_file.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sndfile.h>

#include "media/rebuild_recordings.hpp"
#include "media/spool.hpp"
#include "media/testing/recording_folder.hpp"
#include "media/testing/signals.hpp"

namespace tonearm::media {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr base::TimePoint kBegan{std::chrono::hours(5)};

class RecordingFileTest : public ::testing::Test {
 protected:
  /// A tone of 440 Hz at −15 dBm0, arriving as it is spoken.
  static std::string spool(int packets) {
    const auto tone = testing::encoded(testing::sine(packets * 0.02, 440, -15));
    std::string bytes;
    append_spool_header(bytes);
    for (int i = 0; i < packets; ++i) {
      CapturedPacket packet;
      packet.arrival = kBegan + milliseconds(20 * (i + 1));
      packet.timestamp = 160U * static_cast<unsigned>(i);
      packet.sequence = static_cast<std::uint16_t>(i);
      packet.size = 160;
      std::copy_n(tone.begin() + 160 * i, 160, packet.payload.begin());
      append_spool_audio(bytes, kBegan, packet);
    }
    return bytes;
  }
  void leave(base::Guid operation, std::string_view bytes) {
    std::ofstream(spool_path(folder_.path(), operation), std::ios::binary) << bytes;
  }

  testing::RecordingFolder folder_;
  const base::Guid id_ = base::Guid::from_words(3, 4);
};

TEST_F(RecordingFileTest, a_spool_becomes_a_wav_of_16_bit_at_16_kilohertz_and_goes) {
  leave(id_, spool(100));
  const auto built = build_recording(folder_.path(), id_);
  ASSERT_TRUE(built) << built.error().message();
  EXPECT_EQ(built->captured, milliseconds(2000));
  const auto wav = folder_.read(id_);
  ASSERT_TRUE(wav);
  EXPECT_EQ(wav->info.samplerate, 16'000);
  EXPECT_EQ(wav->info.channels, 1);
  EXPECT_EQ(wav->info.format, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  EXPECT_EQ(wav->samples.size(), 32'000U);
  const auto middle = std::span(wav->samples).subspan(3'000, 26'000);
  EXPECT_NEAR(testing::frequency_near(middle, 440, 16'000), 440, 0.5);
  EXPECT_NEAR(testing::level_of(middle), -15, 0.3);
  EXPECT_FALSE(fs::exists(spool_path(folder_.path(), id_)));
  EXPECT_EQ(folder_.files(), 1U);
}

TEST_F(RecordingFileTest, silence_stays_silence) {
  const auto doubled = doubled_rate(testing::Samples(800));
  EXPECT_EQ(doubled, testing::Samples(1600));
}

TEST_F(RecordingFileTest, an_image_above_the_telephone_band_is_not_made) {
  const auto doubled = doubled_rate(testing::sine(1, 1000, -10));
  EXPECT_NEAR(testing::level_at(doubled, 1000, 16'000), -10, 0.1);
  EXPECT_LT(testing::level_at(doubled, 7000, 16'000), -80);
}

TEST_F(RecordingFileTest, a_disk_that_refuses_leaves_the_spool) {
  leave(id_, spool(100));
  fs::create_directory(wav_path(folder_.path(), id_).string() + ".part");
  const auto built = build_recording(folder_.path(), id_);
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().context, "Is a directory");
  EXPECT_TRUE(fs::exists(spool_path(folder_.path(), id_)));
}

TEST_F(RecordingFileTest, a_spool_that_a_crash_cut_at_any_byte_is_rebuilt_up_to_there) {
  const std::string whole = spool(12);
  const std::size_t per_packet = spool(2).size() - spool(1).size();
  const std::size_t header = spool(0).size();
  for (std::size_t size = 0; size <= whole.size(); size += 1 + size % 13) {
    leave(id_, whole.substr(0, size));
    const auto rebuilt = rebuild_recordings(folder_.path());
    ASSERT_EQ(rebuilt.size(), 1U) << size;
    const auto packets = size < header ? 0 : (size - header) / per_packet;
    EXPECT_EQ(rebuilt[0].operation, id_);
    EXPECT_EQ(rebuilt[0].captured, milliseconds(20 * packets)) << size;
    ASSERT_EQ(rebuilt[0].ok, packets >= 5) << size;
    ASSERT_FALSE(fs::exists(spool_path(folder_.path(), id_)));
    if (rebuilt[0].ok) {
      EXPECT_EQ(folder_.read(id_)->samples.size(), 320 * packets) << size;
    }
    fs::remove(wav_path(folder_.path(), id_));
  }
}

TEST_F(RecordingFileTest, what_a_crash_left_is_put_in_order) {
  const auto other = base::Guid::from_words(5, 6);
  leave(id_, spool(50));
  leave(other, spool(50));
  std::ofstream(wav_path(folder_.path(), other)) << "complete";
  std::ofstream(wav_path(folder_.path(), id_).string() + ".part") << "half of it";
  std::ofstream(folder_.path() / "notes.txt") << "not ours";
  auto rebuilt = rebuild_recordings(folder_.path());
  std::ranges::sort(rebuilt, {}, &RebuiltRecording::operation);
  ASSERT_EQ(rebuilt.size(), 2U);
  EXPECT_TRUE(rebuilt[0].ok);
  EXPECT_TRUE(rebuilt[1].ok);
  EXPECT_EQ(rebuilt[1].captured, milliseconds(1000));
  EXPECT_EQ(folder_.read(id_)->samples.size(), 16'000U);
  EXPECT_EQ(folder_.files(), 3U);  // two recordings and the notes
  EXPECT_TRUE(rebuild_recordings(folder_.path()).empty());
}

TEST_F(RecordingFileTest, a_spool_that_still_cannot_be_written_is_kept_for_the_next_start) {
  leave(id_, spool(50));
  fs::create_directory(wav_path(folder_.path(), id_).string() + ".part");
  std::ofstream(wav_path(folder_.path(), id_).string() + ".part/full") << "so that it cannot be removed";
  const auto rebuilt = rebuild_recordings(folder_.path());
  ASSERT_EQ(rebuilt.size(), 1U);
  EXPECT_FALSE(rebuilt[0].ok);
  EXPECT_EQ(rebuilt[0].captured, milliseconds(1000));
  EXPECT_TRUE(fs::exists(spool_path(folder_.path(), id_)));
}

TEST(RebuildRecordings, a_folder_that_is_not_there_has_none) {
  EXPECT_TRUE(rebuild_recordings("/nonexistent/recordings").empty());
}

}  // namespace
}  // namespace tonearm::media
