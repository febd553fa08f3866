#include "media/rtcp_session.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Two sessions that report to each other over a wire with a delay.
class RtcpSessionTest : public ::testing::Test {
 protected:
  struct Side {
    explicit Side(std::uint32_t ssrc) : sender(ssrc, 1, 1000), rtcp(ssrc) {}
    RtpSender sender;
    RtpReceiver receiver;
    RtcpSession rtcp;
  };

  void talk() {
    for (Side* side : {&here_, &there_}) {
      const std::array<std::uint8_t, 160> audio{};
      const auto packet = parse_rtp(side->sender.packet(0, audio));
      Side& other = side == &here_ ? there_ : here_;
      other.receiver.receive(packet->header, true, now_);
    }
  }
  void report(Side& from, Side& to, bool bye = false) {
    const auto bytes = from.rtcp.make_report(from.sender, from.receiver, now_, wall_, bye);
    const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
    pass(milliseconds(30));
    ASSERT_TRUE(to.rtcp.receive(copy, to.sender.ssrc(), now_, wall_));
  }
  void pass(milliseconds time) {
    now_ += time;
    wall_ += time;
  }

  Side here_{1};
  Side there_{2};
  base::TimePoint now_{std::chrono::hours(1)};
  base::WallTime wall_{seconds(1'700'000'000)};
};

TEST_F(RtcpSessionTest, the_round_trip_is_measured_without_the_time_at_the_far_end) {
  talk();
  report(here_, there_);
  pass(milliseconds(700));
  report(there_, here_);
  EXPECT_NEAR(static_cast<double>(here_.rtcp.remote().round_trip.count()), 60'000, 100);
  EXPECT_EQ(there_.rtcp.remote().round_trip.count(), 0);
}

TEST_F(RtcpSessionTest, reports_come_between_two_and_a_half_and_seven_and_a_half_seconds_apart) {
  talk();
  EXPECT_TRUE(here_.rtcp.due(now_));
  report(here_, there_);
  pass(milliseconds(2400));
  EXPECT_FALSE(here_.rtcp.due(now_));
  pass(milliseconds(5100));
  EXPECT_TRUE(here_.rtcp.due(now_));
}

TEST_F(RtcpSessionTest, a_goodbye_is_noticed_and_rubbish_refused) {
  talk();
  EXPECT_FALSE(there_.rtcp.remote_left());
  report(here_, there_, /*bye=*/true);
  EXPECT_TRUE(there_.rtcp.remote_left());
  EXPECT_FALSE(here_.rtcp.receive(std::vector<std::uint8_t>{1, 2, 3}, 1, now_, wall_));
}

}  // namespace
}  // namespace tonearm::media
