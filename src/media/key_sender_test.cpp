#include "media/key_sender.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;
using Kind = KeySender::Frame::Kind;

class KeySenderTest : public ::testing::Test {
 protected:
  SendKeysOperation& operation(OperationNumber number, std::vector<Key> keys, milliseconds delay = {}) {
    operations_.push_back(std::make_unique<SendKeysOperation>(number, std::move(keys), delay, [this, number] {
      script_ += 'R';
      sent_.push_back(number);
    }));
    return *operations_.back();
  }
  /// So many frames: `.` the prompt's, `t` a tone, `e` an event, `E` its end; a bar before it if it is
  /// marked, `R` behind it if the operation was reported then.
  std::string frames(int count, std::size_t samples = 160) {
    script_.clear();
    for (int i = 0; i < count; ++i) {
      const KeySender::Frame frame = sender_.next(events_, timestamp_, samples);
      if (frame.marker) script_ += '|';
      script_ += frame.kind == Kind::none   ? '.'
                 : frame.kind == Kind::tone ? 't'
                 : frame.event.end          ? 'E'
                                            : 'e';
      if (frame.kind == Kind::event) heard_.push_back(frame);
      timestamp_ += static_cast<std::uint32_t>(samples);
      sender_.settle([](Mail& mail) { mail.deliver(); });
    }
    return script_;
  }

  KeySender sender_;
  bool events_ = true;
  std::uint32_t timestamp_ = 0xFFFFFF00U;
  std::vector<KeySender::Frame> heard_;
  std::string script_;
  std::vector<OperationNumber> sent_;
  std::vector<std::unique_ptr<SendKeysOperation>> operations_;  // last: their reports touch the rest
};

TEST_F(KeySenderTest, a_key_is_a_marked_packet_updates_every_20_ms_and_three_ends) {
  frames(2);
  const std::uint32_t began = timestamp_;
  sender_.arm(operation(1, {Key::k5}));
  EXPECT_EQ(frames(10), "|eeeeEEER...");
  ASSERT_EQ(heard_.size(), 7U);
  const std::vector<std::uint16_t> durations{160, 320, 480, 640, 800, 800, 800};
  for (std::size_t i = 0; i < heard_.size(); ++i) {
    EXPECT_EQ(heard_[i].timestamp, began);
    EXPECT_EQ(heard_[i].event.duration, durations[i]);
    EXPECT_EQ(heard_[i].event.key, Key::k5);
  }
}

TEST_F(KeySenderTest, between_two_keys_there_is_the_delay_and_60_ms_at_least) {
  sender_.arm(operation(1, {Key::k1, Key::k1}, milliseconds(200)));
  EXPECT_EQ(frames(24), "|eeeeEEE........|eeeeEEER..");
  sender_.arm(operation(2, {Key::k1, Key::k2}));
  EXPECT_EQ(frames(6), "......");  // the delay is also behind the last one
  EXPECT_EQ(frames(16), "|eeeeEEE.|eeeeEEER.");
}

TEST_F(KeySenderTest, in_band_a_key_is_100_ms_of_sound_and_the_pause_is_as_long) {
  events_ = false;
  sender_.arm(operation(1, {Key::k1, Key::k1}));
  EXPECT_EQ(frames(14), "|ttttt...|tttttR.");
  frames(5);
  sender_.arm(operation(2, {Key::k1}));
  EXPECT_EQ(frames(11, 80), "|ttttttttttR.");  // packets of 10 ms
}

TEST_F(KeySenderTest, operations_are_sent_one_behind_the_other) {
  sender_.arm(operation(1, {Key::k1}));
  sender_.arm(operation(2, {Key::k2}, milliseconds(100)));
  sender_.arm(operation(3, {Key::k3}));
  frames(40);
  EXPECT_EQ(sent_, (std::vector<OperationNumber>{1, 2, 3}));
}

TEST_F(KeySenderTest, time_that_was_lost_counts_into_the_key) {
  sender_.arm(operation(1, {Key::k1}));
  frames(2);
  timestamp_ += 10 * 160;  // a stall
  EXPECT_EQ(frames(4), "EEER.");
  EXPECT_EQ(heard_.back().event.duration, 13 * 160);
}

TEST_F(KeySenderTest, a_key_ends_as_it_began_when_the_way_of_keys_changes) {
  sender_.arm(operation(1, {Key::k1, Key::k2}));
  frames(2);
  events_ = false;
  EXPECT_EQ(frames(12), "eeEEE.|tttttR.");
}

TEST_F(KeySenderTest, after_the_end_of_the_session_nothing_is_sent) {
  sender_.arm(operation(1, {Key::k1, Key::k2}));
  frames(2);
  sender_.clear();
  EXPECT_EQ(frames(20), "....................");
  EXPECT_TRUE(sent_.empty());
}

}  // namespace
}  // namespace tonearm::media
