#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "media/beep.hpp"
#include "media/rebuild_recordings.hpp"
#include "media/testing/engine_fixture.hpp"
#include "media/testing/recording_folder.hpp"
#include "media/testing/signals.hpp"
#include "media/testing/wav.hpp"

namespace tonearm::media::testing {
namespace {

constexpr double kHertz = 440;
constexpr double kLevel = -16;

/// A phone that speaks a tone, a packet for each it hears, and an engine that records it.
class RecordTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    options_.recordings = folder_.path();
    tone_ = encoded(sine(10, kHertz, kLevel));
  }
  void record(OperationNumber number, RecordRules rules, std::optional<PlayItem> prompt = {}) {
    session_->post_prepare(number, RecordRequest{id(number), std::move(prompt), std::move(rules)});
    session_->post_start(number);
  }
  static base::Guid id(OperationNumber number) { return base::Guid::from_words(9, number); }

  /// Until `over`, which is asked after each packet.
  void speak_until(const std::function<bool()>& over) {
    const auto deadline = base::SteadyClock::now() + seconds(20);
    while (!over()) {
      ASSERT_LT(base::SteadyClock::now(), deadline);
      ASSERT_TRUE(phone_.hear(1));
      for (; spoken_ < phone_.heard.size(); ++spoken_) {
        const std::size_t at = spoken_ * kFrameBytes % tone_.size();
        phone_.say(session_->local_rtp(), std::span(tone_).subspan(at, kFrameBytes));
      }
    }
  }
  void speak(std::size_t packets) {
    speak_until([&, until = spoken_ + packets] { return spoken_ >= until; });
  }
  template <class Kind>
  void speak_until_reported(std::size_t count = 1) {
    speak_until([&] { return log_.count<Kind>() >= count; });
  }
  std::size_t beep_packets() const {
    const auto& beep = record_beep()->of(Codec::pcmu);
    return static_cast<std::size_t>(std::ranges::count_if(phone_.heard, [&](const HeardPacket& packet) {
      return packet.payload[5] != 0xFF && !std::ranges::search(beep, packet.payload).empty();
    }));
  }
  void expect_tone(const ReadWav& wav) {
    ASSERT_GT(wav.samples.size(), 6'400U);
    const auto middle = std::span(wav.samples).subspan(1'600, wav.samples.size() - 3'200);
    EXPECT_NEAR(frequency_near(middle, kHertz, kRecordingRate), kHertz, 2);
    EXPECT_NEAR(level_of(middle), kLevel, 1);
  }

  RecordingFolder folder_;
  std::vector<std::uint8_t> tone_;
  std::size_t spoken_ = 0;
};

TEST_P(RecordTest, what_the_caller_says_is_in_the_file_in_time_level_and_pitch) {
  open();
  if (!session_) return;
  record(1, {.max_duration = milliseconds(3000), .stop_tones = {}});
  speak_until_reported<RecordWritten>();
  EXPECT_TRUE(log_.wait<Ready>());
  EXPECT_TRUE(log_.wait<Started>());
  const auto ended = log_.wait<RecordEnded>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end, RecordEnd::max_duration);
  EXPECT_EQ(ended->captured, milliseconds(3000));
  EXPECT_TRUE(log_.wait<RecordWritten>()->ok);
  const auto wav = folder_.read(id(1));
  ASSERT_TRUE(wav);
  EXPECT_NEAR(wav->seconds(), 3.0, 0.04);
  expect_tone(*wav);
  EXPECT_LT(level_at(wav->samples, 1000, kRecordingRate), -50);  // no beep in it
  EXPECT_EQ(folder_.files(), 1U);
  EXPECT_EQ(beep_packets(), 13U);
  expect_continuous();
}

TEST_P(RecordTest, the_prompt_is_heard_before_the_beep_and_is_not_in_the_file) {
  fetcher_.serve(kUrl, make_wav({.seconds = 0.2, .hertz = 700, .level = 0.5}));
  open();
  if (!session_) return;
  record(1, {.max_duration = milliseconds(1000), .stop_tones = {}},
         PlayItem{.key = {.application = "a", .url = kUrl, .resource_id = {}}, .loops = 2, .prompt = {}});
  speak_until_reported<RecordWritten>();
  const auto sound = [](const HeardPacket& packet) {
    return std::ranges::any_of(packet.payload, [](std::uint8_t b) { return b != 0xFF; });
  };
  EXPECT_NEAR(static_cast<double>(std::ranges::count_if(phone_.heard, sound)), 20 + 13, 1);
  const auto wav = folder_.read(id(1));
  ASSERT_TRUE(wav);
  EXPECT_NEAR(wav->seconds(), 1.0, 0.04);
  expect_tone(*wav);
}

TEST_P(RecordTest, a_prompt_that_cannot_be_had_fails_the_record) {
  open();
  if (!session_) return;
  record(1, {}, PlayItem{.key = {.application = "a", .url = kUrl, .resource_id = {}}, .prompt = {}});
  const auto failed = log_.wait<Failed>();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->failure.cause, "status 404");
  EXPECT_EQ(folder_.files(), 0U);
}

TEST_P(RecordTest, nothing_said_ends_it_without_a_file) {
  open();
  if (!session_) return;
  record(1, {.beep = false, .initial_silence = milliseconds(500), .stop_tones = {}});
  const auto ended = log_.wait<RecordEnded>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end, RecordEnd::initial_silence);
  engine_.reset();
  EXPECT_EQ(folder_.files(), 0U);
  EXPECT_EQ(log_.count<RecordWritten>(), 0U);
}

TEST_P(RecordTest, a_stop_in_mid_recording_tells_what_was_captured_and_the_file_follows) {
  open();
  if (!session_) return;
  record(1, {.beep = false, .stop_tones = {}});
  speak(60);
  session_->post_stop(5, {1});
  speak_until_reported<RecordWritten>();
  const auto stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->results[0].outcome, StopOutcome::cut);
  EXPECT_GE(stopped->results[0].sent, milliseconds(1000));
  EXPECT_TRUE(log_.wait<RecordWritten>()->ok);
  EXPECT_EQ(log_.count<RecordEnded>(), 0U);
  const auto wav = folder_.read(id(1));
  ASSERT_TRUE(wav);
  EXPECT_NEAR(wav->seconds(), static_cast<double>(stopped->results[0].sent.count()) / 1000, 0.001);
  expect_tone(*wav);
}

TEST_P(RecordTest, a_stop_within_prompt_or_beep_leaves_no_file) {
  open();
  if (!session_) return;
  record(1, {.stop_tones = {}}, PlayItem{.key = {}, .loops = 1, .prompt = marked_prompt(1000, 0x11)});
  ASSERT_TRUE(phone_.listen_until([&] { return !prompt_packets().empty(); }));
  session_->post_stop(1, {1});
  auto stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->results[0].outcome, StopOutcome::cut);
  EXPECT_EQ(stopped->results[0].sent, milliseconds(0));
  record(2, {.stop_tones = {}});
  ASSERT_TRUE(phone_.listen_until([&] { return beep_packets() > 0; }));
  session_->post_stop(2, {2});
  stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->results[0].sent, milliseconds(0));
  phone_.listen();
  EXPECT_LT(beep_packets(), 13U);
  engine_.reset();
  EXPECT_EQ(folder_.files(), 0U);
}

TEST_P(RecordTest, less_than_a_tenth_of_a_second_leaves_no_file) {
  open();
  if (!session_) return;
  record(1, {.beep = false, .stop_tones = {}});
  ASSERT_TRUE(log_.wait<Started>());
  session_->post_stop(1, {1});
  const auto stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  EXPECT_LT(stopped->results[0].sent, milliseconds(100));
  engine_.reset();
  EXPECT_EQ(folder_.files(), 0U);
}

TEST_P(RecordTest, a_close_in_mid_recording_keeps_what_was_said) {
  open();
  if (!session_) return;
  record(1, {.beep = false, .stop_tones = {}});
  speak(60);
  session_->post_close();
  ASSERT_TRUE(log_.wait<Closed>());
  engine_.reset();
  const auto wav = folder_.read(id(1));
  ASSERT_TRUE(wav);
  EXPECT_GE(wav->seconds(), 1.0);
  expect_tone(*wav);
  EXPECT_EQ(folder_.files(), 1U);
}

TEST_P(RecordTest, a_stop_and_a_close_at_once_leave_the_file_and_its_report) {
  open();
  if (!session_) return;
  record(1, {.beep = false, .stop_tones = {}});
  speak(30);
  session_->post_stop(1, {1});
  session_->post_close();
  ASSERT_TRUE(log_.wait<Closed>());
  EXPECT_TRUE(log_.wait<RecordWritten>());
  EXPECT_TRUE(folder_.read(id(1)));
}

TEST_P(RecordTest, hold_is_silence_of_its_length) {
  open();
  if (!session_) return;
  record(1, {.beep = false, .max_duration = milliseconds(2000), .stop_tones = {}});
  speak(40);
  StreamSettings held = to(phone_);
  held.held = true;
  session_->post_update(held);
  speak(30);  // music, perhaps; it is not heard
  session_->post_update(to(phone_));
  speak_until_reported<RecordWritten>();
  EXPECT_EQ(log_.wait<RecordEnded>()->captured, milliseconds(2000));
  const auto wav = folder_.read(id(1));
  ASSERT_TRUE(wav);
  EXPECT_NEAR(wav->seconds(), 2.0, 0.04);
  double silent = 0;  // [s]
  for (std::size_t at = 0; at + 320 <= wav->samples.size(); at += 320)
    if (level_of(std::span(wav->samples).subspan(at, 320)) < -60) silent += 0.02;
  EXPECT_GT(silent, 0.3);
  EXPECT_LT(silent, 1.2);
}

TEST_P(RecordTest, two_records_follow_each_other_and_each_has_its_file) {
  open();
  if (!session_) return;
  record(1, {.max_duration = milliseconds(400), .stop_tones = {}});
  record(2, {.max_duration = milliseconds(400), .stop_tones = {}});
  speak_until_reported<RecordWritten>(2);
  EXPECT_EQ(log_.count<RecordEnded>(), 2U);
  EXPECT_NEAR(folder_.read(id(1))->seconds(), 0.4, 0.04);
  EXPECT_NEAR(folder_.read(id(2))->seconds(), 0.4, 0.04);
}

TEST_P(RecordTest, an_engine_without_a_folder_fails_records) {
  options_.recordings.clear();
  open();
  if (!session_) return;
  record(1, {});
  EXPECT_TRUE(log_.wait<Failed>());
}

TEST_P(RecordTest, a_file_that_cannot_be_written_is_reported_and_rebuilt_later) {
  open();
  if (!session_) return;
  const std::filesystem::path part = wav_path(folder_.path(), id(1)).string() + ".part";
  std::filesystem::create_directory(part);
  spdlog::set_level(spdlog::level::critical);
  record(1, {.beep = false, .max_duration = milliseconds(500), .stop_tones = {}});
  speak_until_reported<RecordWritten>();
  const auto written = log_.wait<RecordWritten>();
  EXPECT_FALSE(written->ok);
  EXPECT_EQ(written->cause, "Is a directory");
  engine_.reset();
  const auto rebuilt = rebuild_recordings(folder_.path());
  ASSERT_EQ(rebuilt.size(), 1U);
  EXPECT_TRUE(rebuilt[0].ok);
  EXPECT_EQ(rebuilt[0].captured, milliseconds(500));
  EXPECT_TRUE(folder_.read(id(1)));
}

TONEARM_ON_BOTH_BACKENDS(RecordTest);

}  // namespace
}  // namespace tonearm::media::testing
