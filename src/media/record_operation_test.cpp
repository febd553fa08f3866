#include "media/record_operation.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "media/beep.hpp"
#include "media/playout.hpp"
#include "media/testing/signals.hpp"

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;

/// A record in a playout, ticked by hand.
class RecordOperationTest : public ::testing::Test {
 protected:
  void make(RecordRules rules, std::size_t prompt_frames = 0) {
    std::vector<std::uint32_t> loops;
    if (prompt_frames > 0) loops.push_back(1);
    auto list = std::make_shared<Playlist>(loops, false);
    if (prompt_frames > 0) {
      auto prompt = std::make_shared<EncodedPrompt>();
      for (auto& audio : prompt->audio) audio.assign(prompt_frames * kFrameBytes, 0x11);
      list->fill(0, std::move(prompt));
    }
    prompt_ = list;
    record_.emplace(
        1, std::move(rules), std::move(list), [this] { log_ += " started"; }, [this] { log_ += " ended"; });
    record_->capture_into(capture_);
    playout_.arm(*record_);
  }
  /// One tick; what was sent: p(rompt), b(eep), s(ilence).
  char tick() {
    now_ += milliseconds(20);
    const auto frame = playout_.next(Codec::pcmu, kFrameBytes, now_);
    playout_.settle([](Mail& report) { report.deliver(); });
    if (frame.bytes == nullptr) return 's';
    return frame.bytes[0] == 0x11 && frame.bytes[1] == 0x11 ? 'p' : 'b';
  }
  std::string ticks(int n) {
    std::string sent;
    for (; n > 0; --n) sent += tick();
    return sent;
  }
  void say(const testing::Samples& sound) {
    const auto bytes = testing::encoded(sound);
    playout_.hear({Codec::pcmu, header_, bytes, now_});
    header_.timestamp += static_cast<std::uint32_t>(bytes.size());
    ++header_.sequence;
  }
  /// Ticks with 20 ms of sound each.
  void talk(int n) {
    for (; n > 0 && !record_->over(); --n) {
      tick();
      say(testing::sine(0.02, 500, -20));
    }
  }
  /// Ticks until it is over.
  milliseconds run() {
    const auto from = now_;
    while (log_.find("ended") == std::string::npos) tick();
    return std::chrono::duration_cast<milliseconds>(now_ - from);
  }
  StopResult stop() {
    return playout_.stop(1, now_, [](Mail& report) { report.deliver(); });
  }
  std::size_t captured_pieces() {
    std::size_t pieces = 0;
    while (capture_->pop()) ++pieces;
    return pieces;
  }

  std::string log_;
  base::TimePoint now_{std::chrono::hours(1)};
  RtpHeader header_;
  std::shared_ptr<Capture> capture_ = std::make_shared<Capture>(base::Guid::from_words(1, 2));
  std::shared_ptr<Playlist> prompt_;
  std::optional<RecordOperation> record_;
  Playout playout_;
};

TEST_F(RecordOperationTest, prompt_then_beep_then_silence) {
  make({}, 3);
  EXPECT_EQ(ticks(3 + 13 + 2), std::string(3, 'p') + std::string(13, 'b') + "ss");
  EXPECT_TRUE(capture_->has_begun());
  EXPECT_EQ(log_, " started");
}

TEST_F(RecordOperationTest, without_prompt_and_beep_it_records_at_once) {
  make({.beep = false, .stop_tones = {}});
  EXPECT_EQ(tick(), 's');
  EXPECT_EQ(log_, " started");
  EXPECT_EQ(capture_->began(), now_);
}

TEST_F(RecordOperationTest, what_is_said_during_prompt_and_beep_is_not_in_it) {
  make({}, 3);
  for (int i = 0; i < 16; ++i) {
    tick();
    say(testing::sine(0.02, 500, -20));
  }
  EXPECT_EQ(captured_pieces(), 0U);
  tick();
  say(testing::sine(0.06, 500, -20));
  EXPECT_EQ(captured_pieces(), 3U);
}

TEST_F(RecordOperationTest, initial_silence_counts_from_the_end_of_the_beep) {
  make({.initial_silence = milliseconds(1000), .stop_tones = {}}, 5);
  EXPECT_EQ(run(), milliseconds((5 + 13) * 20 + 1000 + 20));
  EXPECT_EQ(record_->end(), RecordEnd::initial_silence);
  EXPECT_EQ(log_, " started ended");
}

TEST_F(RecordOperationTest, packets_of_silence_and_noise_are_silence) {
  make({.beep = false, .initial_silence = milliseconds(1000), .stop_tones = {}});
  for (int i = 0; i < 51; ++i) {
    tick();
    say(testing::noise(0.02, -50, static_cast<unsigned>(i)));
  }
  EXPECT_EQ(record_->end(), RecordEnd::initial_silence);
  EXPECT_TRUE(record_->over());
}

TEST_F(RecordOperationTest, a_pause_ends_it_that_long_after_the_last_word) {
  make({.beep = false,
        .max_silence = milliseconds(600),
        .max_duration = milliseconds(60'000),
        .stop_tones = {}});
  talk(100);
  EXPECT_NEAR(static_cast<double>(run().count()), 600, 40);
  EXPECT_EQ(record_->end(), RecordEnd::max_silence);
  EXPECT_NEAR(static_cast<double>(record_->duration().count()), 2600, 40);
}

TEST_F(RecordOperationTest, a_talker_is_cut_at_the_longest_duration_exactly) {
  make({.beep = false, .max_duration = milliseconds(1050), .stop_tones = {}});
  talk(1000);
  EXPECT_EQ(record_->end(), RecordEnd::max_duration);
  EXPECT_EQ(record_->duration(), milliseconds(1050));
}

TEST_F(RecordOperationTest, a_stall_of_the_thread_does_not_make_it_longer) {
  make({.beep = false, .max_duration = milliseconds(1000), .stop_tones = {}});
  talk(30);
  now_ += milliseconds(3000);
  tick();
  EXPECT_EQ(record_->end(), RecordEnd::max_duration);
  EXPECT_EQ(record_->length(), milliseconds(1000));
}

TEST_F(RecordOperationTest, a_stop_tone_ends_the_audio_where_the_key_began) {
  make({.beep = false, .stop_tones = "#5"});
  talk(50);
  playout_.on_key_began('1', now_);
  EXPECT_FALSE(record_->over());
  playout_.on_key_began('#', now_ - milliseconds(30));
  tick();
  EXPECT_EQ(log_, " started ended");
  EXPECT_EQ(record_->end(), RecordEnd::stop_tone);
  EXPECT_EQ(record_->duration(), milliseconds(49 * 20 - 30));
}

TEST_F(RecordOperationTest, a_stop_tone_before_the_recording_means_nothing) {
  make({.stop_tones = "#"}, 2);
  tick();
  playout_.on_key_began('#', now_);
  ticks(10);
  playout_.on_key_began('#', now_);
  ticks(5);
  EXPECT_TRUE(capture_->has_begun());
  playout_.on_key_began('#', capture_->began() - milliseconds(1));  // it began during the beep
  EXPECT_FALSE(record_->over());
}

TEST_F(RecordOperationTest, a_stop_tone_seen_before_a_stop_is_the_ending) {
  make({.beep = false, .stop_tones = "#"});
  talk(50);
  playout_.on_key_began('#', now_);
  const auto result = stop();
  EXPECT_EQ(log_, " started ended");
  EXPECT_EQ(result.outcome, StopOutcome::completed);
  EXPECT_EQ(result.sent, milliseconds(980));
  EXPECT_EQ(record_->end(), RecordEnd::stop_tone);
  EXPECT_EQ(tick(), 's');
  EXPECT_EQ(log_, " started ended");
}

TEST_F(RecordOperationTest, a_stop_seen_before_a_stop_tone_is_the_ending) {
  make({.beep = false, .stop_tones = "#"});
  talk(50);
  const auto result = stop();
  playout_.on_key_began('#', now_);
  tick();
  EXPECT_EQ(log_, " started");
  EXPECT_EQ(result.outcome, StopOutcome::cut);
  EXPECT_EQ(result.sent, milliseconds(980));
  EXPECT_EQ(record_->end(), RecordEnd::cut);
}

TEST_F(RecordOperationTest, a_stop_within_prompt_or_beep_captured_nothing) {
  for (const int at : {1, 5}) {
    log_.clear();
    make({}, 3);
    ticks(at);
    const auto result = stop();
    EXPECT_EQ(result.outcome, StopOutcome::cut);
    EXPECT_EQ(result.sent, milliseconds(0));
    EXPECT_EQ(record_->length(), milliseconds(0));
    EXPECT_EQ(tick(), 's');
  }
}

TEST_F(RecordOperationTest, who_was_never_heard_left_nothing_captured) {
  make({.beep = false, .stop_tones = {}});
  ticks(50);
  EXPECT_EQ(stop().sent, milliseconds(0));
}

TEST_F(RecordOperationTest, what_follows_plays_when_the_record_is_over) {
  make({.beep = false, .max_duration = milliseconds(200), .stop_tones = {}});
  RecordOperation next(
      2, {}, std::make_shared<Playlist>(std::vector<std::uint32_t>{}, false), [] {}, [] {});
  next.capture_into(std::make_shared<Capture>(base::Guid::from_words(1, 3)));
  playout_.arm(next);
  EXPECT_EQ(ticks(11), std::string(11, 's'));
  EXPECT_EQ(tick(), 'b');
  playout_.clear(now_);
}

TEST_F(RecordOperationTest, a_prompt_that_fails_ends_it) {
  make({}, 1);
  auto failing = std::make_shared<Playlist>(std::vector<std::uint32_t>{1}, false);
  failing->fail(0, {PromptFailure::Kind::format, "no audio"});
  playout_.clear(now_);
  record_.emplace(
      1, RecordRules{}, failing, [] {}, [this] { log_ += " ended"; });
  playout_.arm(*record_);
  tick();
  EXPECT_EQ(log_, " ended");
  EXPECT_EQ(record_->end(), RecordEnd::prompt_failed);
}

}  // namespace
}  // namespace tonearm::media
