#include "media/relay.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "media/g711.hpp"
#include "media/testing/engine_fixture.hpp"

namespace tonearm::media::testing {
namespace {

/// Two sessions with a phone each, joined, on real media threads: the guard fails these tests if passing a
/// packet on allocates or locks.
class RelayTest : public EngineTest {
 protected:
  void open_two(Codec law_of_other = Codec::pcmu) {
    options_.threads = 2;
    open();
    if (!session_) return;
    StreamSettings settings = to(callee_);
    settings.codec = law_of_other;
    settings.send_payload_type = settings.receive_payload_type = static_payload_type(law_of_other);
    auto session =
        engine_->open({.sink = other_log_.sink(), .settings = settings, .address = {}, .tap = nullptr});
    ASSERT_TRUE(session);
    other_ = *session;
    const auto there = std::make_shared<RelayRing>(Relay::kRing);
    const auto back = std::make_shared<RelayRing>(Relay::kRing);
    session_->post_relay(std::make_unique<Relay>(back, there));
    other_->post_relay(std::make_unique<Relay>(there, back));
  }
  /// Sessions report while the engine ends, also to what stands below.
  void TearDown() override { engine_.reset(); }

  static bool is_speech(const HeardPacket& packet) { return packet.payload[0] == 0x7E; }
  static std::vector<HeardPacket> speech(const Phone& phone) {
    std::vector<HeardPacket> packets;
    std::ranges::copy_if(phone.heard, std::back_inserter(packets), is_speech);
    return packets;
  }
  static std::size_t spoken(const Phone& phone) {
    return static_cast<std::size_t>(std::ranges::count_if(phone.heard, is_speech));
  }
  /// The caller speaks at the pace of its own hearing, so that packets come every 20 ms, more or less.
  void speak(int packets) {
    for (int i = 0; i < packets; ++i) {
      phone_.speak(session_->local_rtp());
      ASSERT_TRUE(
          callee_.listen_until([&, before = callee_.heard.size()] { return callee_.heard.size() > before; }));
    }
  }

  Phone callee_;
  ReportLog other_log_;
  std::shared_ptr<Session> other_;
};

TEST_P(RelayTest, what_one_says_the_other_hears_in_order_and_in_our_own_stream) {
  open_two();
  if (!session_) return;
  ASSERT_NO_FATAL_FAILURE(speak(30));
  ASSERT_TRUE(
      callee_.listen_until([this] { return spoken(callee_) >= 26; }));  // the first 3 are learned from
  const auto packets = speech(callee_);
  for (std::size_t i = 1; i < packets.size(); ++i) {
    EXPECT_EQ(packets[i].header.ssrc, packets[0].header.ssrc);
    EXPECT_NE(packets[i].header.ssrc, 77U);
  }
  for (std::size_t i = 1; i < callee_.heard.size(); ++i) {
    EXPECT_EQ(callee_.heard[i].header.sequence,
              static_cast<std::uint16_t>(callee_.heard[i - 1].header.sequence + 1));
    EXPECT_GE(
        static_cast<std::int32_t>(callee_.heard[i].header.timestamp - callee_.heard[i - 1].header.timestamp),
        160);
  }
}

TEST_P(RelayTest, both_hear_each_other) {
  open_two();
  if (!session_) return;
  for (int i = 0; i < 40 && (spoken(phone_) == 0 || spoken(callee_) == 0); ++i) {
    phone_.speak(session_->local_rtp());
    callee_.speak(other_->local_rtp());
    ASSERT_TRUE(phone_.hear(1));
    callee_.listen();
  }
  EXPECT_GT(spoken(phone_), 0U);
  EXPECT_GT(spoken(callee_), 0U);
}

TEST_P(RelayTest, another_law_is_converted) {
  open_two(Codec::pcma);
  if (!session_) return;
  const std::uint8_t heard = encode_sample(Codec::pcma, decode_sample(Codec::pcmu, 0x7E));
  const auto converted = [&](const HeardPacket& packet) { return packet.payload[0] == heard; };
  for (int i = 0; i < 20; ++i) {
    phone_.speak(session_->local_rtp());
    ASSERT_TRUE(callee_.hear(1));
  }
  ASSERT_TRUE(callee_.listen_until([&] { return std::ranges::any_of(callee_.heard, converted); }));
  for (const auto& packet : callee_.heard) EXPECT_EQ(packet.header.payload_type, 8);
}

TEST_P(RelayTest, packets_of_other_lengths_pass_as_they_are) {
  open_two();
  if (!session_) return;
  const auto long_ones = [this] {
    return std::ranges::count_if(callee_.heard, [](const HeardPacket& p) { return p.payload.size() == 480; });
  };
  for (int i = 0; i < 20; ++i) {
    phone_.speak(session_->local_rtp(), 480);
    ASSERT_TRUE(callee_.hear(1));
  }
  EXPECT_TRUE(callee_.listen_until([&] { return long_ones() >= 10; }));
}

TEST_P(RelayTest, silence_of_ours_fills_in_where_one_says_nothing_and_ends_when_it_speaks_again) {
  open_two();
  if (!session_) return;
  ASSERT_NO_FATAL_FAILURE(speak(10));
  const auto silence = [this] {
    return static_cast<std::size_t>(std::ranges::count_if(
        callee_.heard, [](const auto& packet) { return packet.payload[0] == silence_byte(Codec::pcmu); }));
  };
  const std::size_t before = silence();
  ASSERT_TRUE(callee_.listen_until([&] { return silence() >= before + 10; }));
  const std::size_t spoken_before = spoken(callee_);
  ASSERT_NO_FATAL_FAILURE(speak(10));
  EXPECT_TRUE(callee_.listen_until([&] { return spoken(callee_) >= spoken_before + 10; }));
  const auto packets = speech(callee_);
  EXPECT_TRUE(packets[spoken_before].header.marker);
}

TEST_P(RelayTest, a_key_that_is_sent_stands_in_place_of_the_speech) {
  open_two();
  if (!session_) return;
  StreamSettings settings = to(callee_);
  settings.send_event_payload_type = 101;
  other_->post_update(settings);
  ASSERT_NO_FATAL_FAILURE(speak(10));
  other_->post_send_keys(1, {Key::k5}, {});
  while (!other_log_.wait<KeysSent>(milliseconds(1))) ASSERT_NO_FATAL_FAILURE(speak(1));
  ASSERT_NO_FATAL_FAILURE(speak(5));
  const auto is_event = [](const HeardPacket& packet) { return packet.header.payload_type == 101; };
  callee_.listen();
  const auto first = std::ranges::find_if(callee_.heard, is_event);
  ASSERT_NE(first, callee_.heard.end());
  const auto last = std::ranges::find_if(callee_.heard.rbegin(), callee_.heard.rend(), is_event).base();
  EXPECT_TRUE(std::all_of(first, last, is_event));
  EXPECT_GT(std::count_if(last, callee_.heard.end(), is_speech), 0);
}

TEST_P(RelayTest, one_that_is_closed_leaves_the_other_alive) {
  open_two();
  if (!session_) return;
  ASSERT_NO_FATAL_FAILURE(speak(10));
  other_->post_close();
  ASSERT_TRUE(other_log_.wait<Closed>());
  for (int i = 0; i < 100; ++i) phone_.speak(session_->local_rtp());
  ASSERT_TRUE(phone_.hear(5));
  EXPECT_GT(engine_->metrics().relay_dropped, 0U);
}

TEST_P(RelayTest, on_hold_nothing_passes_and_afterwards_it_goes_on) {
  open_two();
  if (!session_) return;
  ASSERT_NO_FATAL_FAILURE(speak(10));
  StreamSettings held = to(callee_);
  held.send = false;
  held.held = true;
  other_->post_update(held);
  // What was on its way when the hold came still arrives: wait for the first silence of hearing.
  while (callee_.listen_until([&, n = callee_.heard.size()] { return callee_.heard.size() > n; },
                              milliseconds(100))) {
  }
  const std::size_t before = callee_.heard.size();
  for (int i = 0; i < 5; ++i) {
    phone_.speak(session_->local_rtp());
    ASSERT_TRUE(phone_.hear(1));
  }
  callee_.listen();
  EXPECT_EQ(callee_.heard.size(), before);
  other_->post_update(to(callee_));
  ASSERT_NO_FATAL_FAILURE(speak(5));
  EXPECT_GT(spoken(callee_), 0U);
}

TONEARM_ON_BOTH_BACKENDS(RelayTest);

}  // namespace
}  // namespace tonearm::media::testing
