#include "media/playout.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "media/play_operation.hpp"

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;

class PlayoutTest : public ::testing::Test {
 protected:
  PlayOperation& make(OperationNumber number, std::size_t frames) {
    auto list = std::make_shared<Playlist>(std::vector<std::uint32_t>{1}, false);
    if (frames > 0) list->fill(0, prompt(frames));
    return add(number, std::move(list));
  }
  PlayOperation& add(OperationNumber number, std::shared_ptr<Playlist> list) {
    const std::string name = std::to_string(number);
    operations_.push_back(std::make_unique<PlayOperation>(
        number, std::move(list), [this, name] { log_ += " started" + name; },
        [this, name] { log_ += " ended" + name; }));
    return *operations_.back();
  }
  static PromptPtr prompt(std::size_t frames) {
    auto made = std::make_shared<EncodedPrompt>();
    for (auto& audio : made->audio) audio.assign(frames * kFrameBytes, 0x11);
    return made;
  }
  /// One tick as a stream does it; true if a prompt's frame was sent.
  bool tick() {
    const auto frame = playout_.next(Codec::pcmu, kFrameBytes, {});
    if (frame.of_operation) playout_.frame_sent(milliseconds(20));
    playout_.settle([](Mail& report) { report.deliver(); });
    return frame.of_operation;
  }

  StopResult stop(OperationNumber number) {
    return playout_.stop(number, {}, [](Mail& report) { report.deliver(); });
  }

  std::string log_;
  std::vector<std::unique_ptr<PlayOperation>> operations_;
  Playout playout_;
};

TEST_F(PlayoutTest, armed_operations_follow_each_other_in_order) {
  playout_.arm(make(1, 2));
  playout_.arm(make(2, 1));
  EXPECT_TRUE(tick());
  EXPECT_TRUE(tick());
  EXPECT_EQ(log_, " started1 ended1");
  EXPECT_TRUE(tick());
  EXPECT_FALSE(tick());
  EXPECT_EQ(log_, " started1 ended1 started2 ended2");
}

TEST_F(PlayoutTest, a_stop_before_the_first_frame_finds_it_never_started) {
  playout_.arm(make(1, 2));
  EXPECT_EQ(stop(1).outcome, StopOutcome::never_started);
  EXPECT_FALSE(tick());
  EXPECT_EQ(log_, "");
}

TEST_F(PlayoutTest, a_stop_between_two_prompts_finds_the_first_completed_and_the_second_never_started) {
  playout_.arm(make(1, 1));
  playout_.arm(make(2, 1));
  tick();
  const auto first = stop(1);
  EXPECT_EQ(first.outcome, StopOutcome::completed);
  EXPECT_EQ(first.sent, milliseconds(20));
  EXPECT_EQ(stop(2).outcome, StopOutcome::never_started);
  EXPECT_EQ(stop(2).outcome, StopOutcome::nothing);
  EXPECT_FALSE(tick());
}

TEST_F(PlayoutTest, a_stop_out_of_the_middle_of_what_is_armed_keeps_the_others) {
  for (OperationNumber n = 1; n <= 4; ++n) playout_.arm(make(n, 1));
  tick();
  EXPECT_EQ(stop(3).outcome, StopOutcome::never_started);
  tick();
  tick();
  EXPECT_EQ(log_, " started1 ended1 started2 ended2 started4 ended4");
}

TEST_F(PlayoutTest, a_cut_tells_what_was_sent_and_a_failed_send_does_not_count) {
  playout_.arm(make(1, 10));
  tick();
  tick();
  playout_.frame_failed(milliseconds(20));
  const auto result = stop(1);
  EXPECT_EQ(result.outcome, StopOutcome::cut);
  EXPECT_EQ(result.sent, milliseconds(20));
}

TEST_F(PlayoutTest, a_prompt_that_is_pending_waits_and_one_that_failed_ends_the_operation) {
  const auto list = std::make_shared<Playlist>(std::vector<std::uint32_t>{1, 1}, false);
  list->fill(0, prompt(1));
  playout_.arm(add(1, list));
  EXPECT_TRUE(tick());
  EXPECT_FALSE(tick());
  EXPECT_FALSE(tick());
  EXPECT_EQ(log_, " started1");
  list->fail(1, {PromptFailure::Kind::format, "no audio"});
  EXPECT_FALSE(tick());
  EXPECT_EQ(log_, " started1 ended1");
  EXPECT_EQ(list->failure()->cause, "no audio");
}

}  // namespace
}  // namespace tonearm::media
