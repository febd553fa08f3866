#include "app/call_trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tonearm::app {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

const base::Endpoint kHere{"192.0.2.1", 5060};
const base::Endpoint kThere{"192.0.2.2", 5070};
class CallTraceTest : public ::testing::Test {
 protected:
  void say(std::string text, int at, sip::Transport transport = sip::Transport::udp, bool sent = false) {
    const std::size_t bytes = text.size();
    trace_.messages.push_back(
        {base::WallTime(seconds(at)), sent, transport, kHere, kThere, std::move(text), bytes});
  }
  void send_rtp(int at) {
    media::TracedPacket packet;
    packet.at = base::WallTime(seconds(at));
    packet.far = media::SourceAddress::from(kThere);
    packet.header.fill('R');
    packet.bytes = 172;
    packet.sent = true;
    if (trace_.sessions.empty()) trace_.sessions.push_back({{"192.0.2.1", 20'000}, {}});
    trace_.sessions[0].packets.push_back(packet);
  }
  [[nodiscard]] std::string file(bool show = false) const { return write_call_trace(trace_, show); }

  CallTrace trace_;
};

TEST_F(CallTraceTest, messages_and_packets_stand_in_order_of_time) {
  EXPECT_TRUE(trace_.empty());
  say("INVITE", 1);
  say("BYE", 5);
  send_rtp(3);
  EXPECT_FALSE(trace_.empty());
  const std::string all = file();
  EXPECT_LT(all.find("INVITE"), all.find("RRRRRRRRRRRR"));
  EXPECT_LT(all.find("RRRRRRRRRRRR"), all.find("BYE"));
  EXPECT_THAT(all, HasSubstr("its last 2 SIP messages and the headers of its last 1 RTP packets"));
}

TEST_F(CallTraceTest, a_session_that_said_nothing_is_no_trace) {
  trace_.sessions.push_back({{"192.0.2.1", 20'000}, {}});
  EXPECT_TRUE(trace_.empty());
}

TEST_F(CallTraceTest, numbers_are_masked_unless_they_are_to_be_shown) {
  say("INVITE sip:+14255550187@192.0.2.1 SIP/2.0\r\n\r\n", 1);
  EXPECT_THAT(file(), Not(HasSubstr("425555")));
  EXPECT_THAT(file(), HasSubstr("Numbers and keys are masked."));
  EXPECT_THAT(file(true), HasSubstr("sip:+14255550187@"));
  EXPECT_THAT(file(true), Not(HasSubstr("masked")));
}

TEST_F(CallTraceTest, a_cut_message_keeps_the_length_it_had) {
  const std::string wire = "NOTIFY " + std::string(5000, 'n');
  say(sip::without_credentials(wire, sip::MessageTrace::kBytesPerMessage), 1);
  trace_.messages[0].bytes = wire.size();
  const std::string udp_length{static_cast<char>((wire.size() + 8) >> 8), static_cast<char>(wire.size() + 8)};
  EXPECT_THAT(file(), HasSubstr("\x13\xCE\x13\xC4" + udp_length));
  EXPECT_THAT(file(), Not(HasSubstr("(cut off)")));
  EXPECT_THAT(file(), HasSubstr("Only the first 4096 bytes were kept."));
}

TEST_F(CallTraceTest, messages_over_tcp_follow_each_other_byte_by_byte) {
  using namespace std::string_literals;
  say("INVITE", 1, sip::Transport::tcp);
  say("100 Trying", 2, sip::Transport::tcp, true);
  say("CANCEL", 3, sip::Transport::tcp);
  const std::string to_us = "\x13\xCE\x13\xC4"s;
  EXPECT_THAT(file(), HasSubstr(to_us + "\0\0\0\x01\0\0\0\x01"s));
  EXPECT_THAT(file(), HasSubstr("\x13\xC4\x13\xCE\0\0\0\x01\0\0\0\x07"s));
  EXPECT_THAT(file(), HasSubstr(to_us + "\0\0\0\x07\0\0\0\x0B"s));
}

}  // namespace
}  // namespace tonearm::app
