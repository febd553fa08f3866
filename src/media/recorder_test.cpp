#include "media/recorder.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "media/recording_file.hpp"
#include "media/testing/recording_folder.hpp"
#include "media/testing/signals.hpp"

namespace tonearm::media {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// What has been written, for a test to wait for.
class Outcomes {
 public:
  Recorder::Done done() {
    return [this](const base::Result<void>& result) {
      const std::lock_guard lock(mutex_);
      causes_.push_back(result ? "" : result.error().context);
      changed_.notify_all();
    };
  }
  bool wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return causes_.size() >= count; });
  }
  std::vector<std::string> causes() {
    const std::lock_guard lock(mutex_);
    return causes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> causes_;
};

class RecorderTest : public ::testing::Test {
 protected:
  void SetUp() override { spdlog::set_level(spdlog::level::critical); }
  void TearDown() override { spdlog::set_level(spdlog::level::warn); }
  Recorder& start() {
    Recorder::Options options;
    options.folder = folder_.path() / "recordings";
    options.spool_every = milliseconds(5);
    options.sync_every = milliseconds(20);
    options.written = [this](base::Guid operation, bool ok) {
      const std::lock_guard lock(mutex_);
      hooked_.emplace_back(operation, ok);
    };
    return recorder_.emplace(std::move(options));
  }
  static void speak(Capture& capture, int packets, int from = 0) {
    const auto tone = testing::encoded(testing::sine(0.02, 400, -15));
    for (int i = from; i < from + packets; ++i) {
      const RtpHeader header{.sequence = static_cast<std::uint16_t>(i),
                             .timestamp = 160U * static_cast<unsigned>(i)};
      capture.push({Codec::pcmu, header, tone, capture.began() + milliseconds(20 * (i + 1))});
    }
  }
  std::optional<testing::ReadWav> read(base::Guid operation) const {
    testing::ReadWav wav;
    SNDFILE* file = sf_open(wav_path(folder_.path() / "recordings", operation).c_str(), SFM_READ, &wav.info);
    if (file == nullptr) return std::nullopt;
    wav.samples.resize(static_cast<std::size_t>(wav.info.frames));
    sf_readf_short(file, wav.samples.data(), wav.info.frames);
    sf_close(file);
    return wav;
  }
  static base::Guid id(std::uint64_t n) { return base::Guid::from_words(7, n); }

  const base::TimePoint began_ = base::SteadyClock::now();
  testing::RecordingFolder folder_;
  Outcomes outcomes_;
  std::mutex mutex_;
  std::vector<std::pair<base::Guid, bool>> hooked_;
  std::optional<Recorder> recorder_;
};

TEST_F(RecorderTest, what_was_captured_is_in_the_file) {
  Recorder& recorder = start();
  const auto capture = recorder.open(id(1));
  capture->begin(began_);
  speak(*capture, 100);
  recorder.finish(capture, milliseconds(2000), outcomes_.done());
  ASSERT_TRUE(outcomes_.wait(1));
  EXPECT_EQ(outcomes_.causes()[0], "");
  const auto wav = read(id(1));
  ASSERT_TRUE(wav);
  EXPECT_EQ(wav->samples.size(), 32'000U);
  EXPECT_NEAR(testing::level_of(std::span(wav->samples).subspan(1'000, 30'000)), -15, 0.3);
  const std::lock_guard lock(mutex_);
  ASSERT_EQ(hooked_.size(), 1U);
  EXPECT_EQ(hooked_[0], std::pair(id(1), true));
}

TEST_F(RecorderTest, a_long_one_outlasts_its_ring) {
  Recorder& recorder = start();
  const auto capture = recorder.open(id(1));
  capture->begin(began_);
  for (int i = 0; i < 3000; i += 100) {
    speak(*capture, 100, i);
    while (capture->holds_more_than(200)) std::this_thread::yield();
  }
  EXPECT_EQ(capture->dropped(), 0U);
  recorder.finish(capture, milliseconds(60'000), outcomes_.done());
  ASSERT_TRUE(outcomes_.wait(1));
  const auto wav = read(id(1));
  ASSERT_TRUE(wav);
  EXPECT_NEAR(testing::level_of(wav->samples), -15, 0.3);
}

TEST_F(RecorderTest, a_full_ring_loses_what_comes_and_counts_it) {
  Capture capture(id(1));
  capture.begin(began_);
  speak(capture, 600);
  EXPECT_EQ(capture.dropped(), 600U - 512U);
}

TEST_F(RecorderTest, one_that_nobody_spoke_in_is_silence_of_its_length) {
  Recorder& recorder = start();
  const auto capture = recorder.open(id(1));
  capture->begin(began_);
  recorder.finish(capture, milliseconds(500), outcomes_.done());
  ASSERT_TRUE(outcomes_.wait(1));
  EXPECT_EQ(read(id(1))->samples, testing::Samples(8000));
}

TEST_F(RecorderTest, what_nobody_wants_leaves_nothing) {
  Recorder& recorder = start();
  const auto begun = recorder.open(id(1));
  begun->begin(began_);
  speak(*begun, 100);
  while (begun->holds_more_than(0)) std::this_thread::yield();
  const auto unbegun = recorder.open(id(2));
  recorder.discard(begun);
  recorder.discard(unbegun);
  recorder_.reset();
  EXPECT_TRUE(fs::is_empty(folder_.path() / "recordings"));
}

TEST_F(RecorderTest, a_recording_grows_on_disk_while_it_lasts) {
  Recorder& recorder = start();
  const auto capture = recorder.open(id(1));
  capture->begin(began_);
  const auto spool = spool_path(folder_.path() / "recordings", id(1));
  std::uintmax_t size = 0;
  for (int i = 0; i < 300; i += 100) {
    speak(*capture, 100, i);
    const auto deadline = base::SteadyClock::now() + std::chrono::seconds(20);
    std::error_code none;
    while (!fs::exists(spool) || fs::file_size(spool, none) < size + 16'000) {
      ASSERT_LT(base::SteadyClock::now(), deadline);
      std::this_thread::yield();
    }
    size = fs::file_size(spool);
  }
  recorder.discard(capture);
}

TEST_F(RecorderTest, what_cannot_be_written_says_why_and_keeps_its_spool) {
  Recorder& recorder = start();
  fs::create_directory(wav_path(folder_.path() / "recordings", id(1)).string() + ".part");
  const auto capture = recorder.open(id(1));
  capture->begin(began_);
  speak(*capture, 10);
  recorder.finish(capture, milliseconds(200), outcomes_.done());
  ASSERT_TRUE(outcomes_.wait(1));
  EXPECT_EQ(outcomes_.causes()[0], "Is a directory");
  EXPECT_TRUE(fs::exists(spool_path(folder_.path() / "recordings", id(1))));
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(hooked_[0], std::pair(id(1), false));
}

TEST_F(RecorderTest, a_spool_that_cannot_be_made_says_why) {
  Recorder& recorder = start();
  fs::create_directory(spool_path(folder_.path() / "recordings", id(1)));
  const auto capture = recorder.open(id(1));
  capture->begin(began_);
  recorder.finish(capture, milliseconds(200), outcomes_.done());
  ASSERT_TRUE(outcomes_.wait(1));
  EXPECT_EQ(outcomes_.causes()[0], "Is a directory");
}

TEST_F(RecorderTest, a_full_disk_is_said_so) {
  Recorder& recorder = start();
  fs::create_symlink("/dev/full", wav_path(folder_.path() / "recordings", id(1)).string() + ".part");
  fs::create_symlink("/dev/full", spool_path(folder_.path() / "recordings", id(2)));
  for (const std::uint64_t n : {1U, 2U}) {
    const auto capture = recorder.open(id(n));
    capture->begin(began_);
    speak(*capture, 10);
    recorder.finish(capture, milliseconds(200), outcomes_.done());
  }
  ASSERT_TRUE(outcomes_.wait(2));
  EXPECT_EQ(outcomes_.causes(), std::vector<std::string>(2, "No space left on device"));
  EXPECT_TRUE(fs::exists(spool_path(folder_.path() / "recordings", id(1))));
}

TEST_F(RecorderTest, its_end_waits_for_what_was_finished) {
  Recorder& recorder = start();
  for (std::uint64_t n = 0; n < 50; ++n) {
    const auto capture = recorder.open(id(n));
    capture->begin(began_);
    speak(*capture, 50);
    recorder.finish(capture, milliseconds(1000), outcomes_.done());
  }
  recorder_.reset();
  EXPECT_EQ(outcomes_.causes(), std::vector<std::string>(50));
  for (std::uint64_t n = 0; n < 50; ++n) EXPECT_EQ(read(id(n))->samples.size(), 16'000U);
}

}  // namespace
}  // namespace tonearm::media
