#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/telephone_event.hpp"
#include "media/testing/engine_fixture.hpp"

namespace tonearm::media::testing {
namespace {

constexpr std::uint8_t kEventType = 101;

/// Keys through the whole engine, over sockets.
class KeysTest : public EngineTest {
 protected:
  static StreamSettings with_events(const Phone& phone) {
    StreamSettings settings = to(phone);
    settings.send_event_payload_type = settings.receive_event_payload_type = kEventType;
    return settings;
  }
  void press(Key key, std::uint32_t timestamp, bool end = true) {
    const auto payload = write_telephone_event({.key = key, .end = end, .duration = 800});
    phone_.say_at(session_->local_rtp(), payload, timestamp, kEventType);
  }
  std::string wait_keys(std::size_t count) {
    std::string keys;
    while (keys.size() < count) {
      const auto heard = log_.wait<KeyHeard>();
      if (!heard) break;
      keys += character_of(heard->key);
    }
    return keys;
  }
};

TEST_P(KeysTest, every_key_of_rfc_4733_is_heard_once_and_in_order) {
  open(with_events(phone_));
  if (!session_) return;
  for (std::uint8_t code = 0; code < kKeyCount; ++code)
    for (int copy = 0; copy < 3; ++copy) press(Key(code), 1000U + 1600U * code);
  EXPECT_EQ(wait_keys(kKeyCount), kKeyCharacters);
  press(Key::k1, 90'000);  // whatever was heard twice would come before it
  EXPECT_EQ(wait_keys(1), "1");
}

TEST_P(KeysTest, a_key_that_is_pressed_when_the_session_ends_is_told_before_its_end) {
  open(with_events(phone_));
  if (!session_) return;
  press(Key::k8, 1000, false);
  ASSERT_TRUE(phone_.hear(2));  // a tick has passed
  session_->post_close();
  ASSERT_TRUE(log_.wait<Closed>());
  EXPECT_EQ(log_.count<KeyHeard>(), 1U);
  EXPECT_TRUE(std::holds_alternative<Closed>(log_.all().back()));
}

TEST_P(KeysTest, a_key_by_signalling_is_heard_only_if_no_telephone_event_was_agreed_on) {
  open(with_events(phone_));
  if (!session_) return;
  session_->post_key(Key::k2);
  press(Key::k3, 1000);
  EXPECT_EQ(wait_keys(1), "3");
  session_->post_update(to(phone_));
  session_->post_key(Key::k4);
  EXPECT_EQ(wait_keys(1), "4");
}

/// Two sessions that hear each other.
class KeysBothWaysTest : public KeysTest {
 protected:
  void connect(bool events) {
    start();
    if (!engine_) return;
    const auto far = engine_->open({.sink = heard_.sink(), .settings = {}, .address = {}, .tap = nullptr});
    const auto near = engine_->open({.sink = log_.sink(), .settings = {}, .address = {}, .tap = nullptr});
    ASSERT_TRUE(far && near);
    session_ = *near;
    (*far)->post_update(to(**near, events));
    (*near)->post_update(to(**far, events));
  }
  static StreamSettings to(const Session& session, bool events) {
    StreamSettings settings;
    settings.remote = SourceAddress::from(session.local_rtp());
    settings.rtcp_mux = true;
    if (events) settings.send_event_payload_type = settings.receive_event_payload_type = kEventType;
    return settings;
  }
  ~KeysBothWaysTest() override { engine_.reset(); }  // it reports to the logs until it is gone

  ReportLog heard_;
};

TEST_P(KeysBothWaysTest, keys_that_are_sent_by_event_are_heard_each_once) {
  connect(true);
  if (!session_) return;
  session_->post_send_keys(1, {Key::k1, Key::k1, Key::star}, milliseconds(80));
  session_->post_send_keys(2, {Key::pound, Key::flash}, milliseconds(0));
  EXPECT_EQ(log_.wait<KeysSent>()->number, 1U);
  EXPECT_EQ(log_.wait<KeysSent>()->number, 2U);
  std::string keys;
  while (keys.size() < 5) {
    const auto key = heard_.wait<KeyHeard>();
    if (!key) break;
    keys += character_of(key->key);
  }
  EXPECT_EQ(keys, "11*#!");
}

TEST_P(KeysBothWaysTest, a_key_that_is_sent_in_band_is_heard) {
  connect(false);
  if (!session_) return;
  // A machine that stalls breaks a sound in pieces, so it may take more than one.
  std::optional<KeyHeard> heard;
  for (OperationNumber number = 1; !heard && number < 20; ++number) {
    session_->post_send_keys(number, {Key::d}, milliseconds(0));
    ASSERT_TRUE(log_.wait<KeysSent>());
    heard = heard_.wait<KeyHeard>(seconds(1));
  }
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->key, Key::d);
}

TEST_P(KeysTest, a_session_that_ends_in_the_middle_of_its_keys_says_no_more_of_them) {
  open(with_events(phone_));
  if (!session_) return;
  session_->post_send_keys(1, std::vector<Key>(200, Key::k1), milliseconds(1000));
  ASSERT_TRUE(phone_.listen_until([&] {
    return std::ranges::any_of(
        phone_.heard, [](const HeardPacket& packet) { return packet.header.payload_type == kEventType; });
  }));
  session_->post_close();
  ASSERT_TRUE(log_.wait<Closed>());
  EXPECT_EQ(log_.count<KeysSent>(), 0U);
}

TEST_P(KeysTest, a_stop_of_everything_that_plays_leaves_the_keys_alone) {
  open(with_events(phone_));
  if (!session_) return;
  play(1, marked_prompt(500, 0x11));
  ASSERT_TRUE(log_.wait<Started>());
  session_->post_send_keys(2, {Key::k1, Key::k2, Key::k3}, milliseconds(0));
  session_->post_stop(5, {1, 2});
  const auto stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->results[1].outcome, StopOutcome::nothing);
  EXPECT_TRUE(log_.wait<KeysSent>());
}

TONEARM_ON_BOTH_BACKENDS(KeysTest);
TONEARM_ON_BOTH_BACKENDS(KeysBothWaysTest);

}  // namespace
}  // namespace tonearm::media::testing
