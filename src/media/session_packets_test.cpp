#include <algorithm>
#include <future>
#include <vector>

#include <gtest/gtest.h>

#include "media/testing/engine_fixture.hpp"

namespace tonearm::media::testing {
namespace {

/// What a session remembers of its packets, on real media threads: the guard fails these tests if writing
/// them down or asking for them allocates or locks in the packet path.
class SessionPacketsTest : public EngineTest {
 protected:
  SessionPackets ask() {
    std::promise<SessionPackets> answered;
    session_->post_read_packets([&](SessionPackets packets) { answered.set_value(std::move(packets)); });
    return answered.get_future().get();
  }
  static std::size_t count(const SessionPackets& packets, bool sent) {
    return static_cast<std::size_t>(std::ranges::count(packets.packets, sent, &TracedPacket::sent));
  }
  void expect_of_this_call(const SessionPackets& packets) {
    EXPECT_EQ(packets.local, session_->local_rtp());
    EXPECT_TRUE(std::ranges::is_sorted(packets.packets, {}, &TracedPacket::at));
    for (const TracedPacket& packet : packets.packets) {
      EXPECT_EQ(packet.far, phone_.address());
      EXPECT_EQ(packet.bytes, kRtpHeaderBytes + 160);
      EXPECT_TRUE(parse_rtp(packet.header));
    }
  }
};

TEST_P(SessionPacketsTest,
       both_directions_can_be_read_while_the_call_goes_on_and_are_handed_over_at_its_end) {
  open();
  if (!session_) return;
  for (int i = 0; i < 5; ++i) {
    phone_.speak(session_->local_rtp());
    ASSERT_TRUE(phone_.hear(2));
  }
  const SessionPackets now = ask();
  EXPECT_EQ(count(now, false), 5U);
  EXPECT_GE(count(now, true), 10U);
  expect_of_this_call(now);
  session_->post_close();
  const auto closed = log_.wait<Closed>();
  ASSERT_TRUE(closed);
  EXPECT_EQ(count(closed->last, false), closed->stats.packets_received);
  EXPECT_EQ(count(closed->last, true), closed->stats.packets_sent);
  expect_of_this_call(closed->last);
}

TEST_P(SessionPacketsTest, a_session_that_closes_still_answers) {
  open();
  if (!session_) return;
  ASSERT_TRUE(phone_.hear(1));
  session_->post_close();
  EXPECT_GE(count(ask(), true), 1U);
  ASSERT_TRUE(log_.wait<Closed>());
  EXPECT_GE(count(ask(), true), 1U);
}

TEST_P(SessionPacketsTest, strangers_do_not_push_out_what_belongs_to_the_call) {
  open();
  if (!session_) return;
  phone_.speak(session_->local_rtp());
  ASSERT_TRUE(phone_.hear(2));
  Phone stranger;
  stranger.speak(session_->local_rtp());
  const auto seen = [this] { return engine_->metrics().strangers == 1; };
  ASSERT_TRUE(phone_.listen_until(seen));
  expect_of_this_call(ask());
}

TONEARM_ON_BOTH_BACKENDS(SessionPacketsTest);

}  // namespace
}  // namespace tonearm::media::testing
