#include "media/packet_trace.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "media/kept_packets.hpp"

namespace tonearm::media {
namespace {

const SourceAddress kFarEnd = SourceAddress::from(base::Endpoint{"192.0.2.1", 4000});

/// A packet whose sequence number is the given one.
std::array<std::uint8_t, kRtpHeaderBytes + 160> numbered(std::size_t sequence) {
  std::array<std::uint8_t, kRtpHeaderBytes + 160> packet{};
  packet.fill(0x55);
  write_rtp_header({.sequence = static_cast<std::uint16_t>(sequence), .timestamp = 7, .ssrc = 9},
                   std::span(packet).first<kRtpHeaderBytes>());
  return packet;
}

std::uint16_t sequence_of(const TracedPacket& packet) {
  return static_cast<std::uint16_t>(packet.header[2] << 8 | packet.header[3]);
}

void add_numbered(PacketTrace& trace, std::size_t sequence, bool sent = true) {
  trace.add(base::WallTime(base::seconds(sequence)), sent, kFarEnd, numbered(sequence));
}

TEST(packet_trace, keeps_header_size_direction_time_and_far_end) {
  PacketTrace trace;
  add_numbered(trace, 3, false);
  const auto packets = trace.read();
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_EQ(packets[0].at, base::WallTime(base::seconds(3)));
  EXPECT_EQ(packets[0].far, kFarEnd);
  EXPECT_FALSE(packets[0].sent);
  EXPECT_EQ(packets[0].bytes, 172U);
  const auto whole = numbered(3);
  EXPECT_TRUE(std::ranges::equal(packets[0].header, std::span(whole).first<kRtpHeaderBytes>()));
}

TEST(packet_trace, forgets_the_oldest_when_it_is_full) {
  PacketTrace trace;
  for (std::size_t i = 0; i < PacketTrace::kPackets + 3; ++i) add_numbered(trace, i);
  const auto packets = trace.read();
  ASSERT_EQ(packets.size(), PacketTrace::kPackets);
  for (std::size_t i = 0; i < packets.size(); ++i) ASSERT_EQ(sequence_of(packets[i]), i + 3);
}

TEST(packet_trace, takes_back_what_was_not_sent_and_nothing_else) {
  PacketTrace trace;
  trace.take_back_sent();
  EXPECT_TRUE(trace.read().empty());
  add_numbered(trace, 1, false);
  trace.take_back_sent();
  EXPECT_EQ(trace.read().size(), 1U);
  for (std::size_t i = 2; i < PacketTrace::kPackets + 4; ++i) add_numbered(trace, i);
  trace.take_back_sent();
  const auto packets = trace.read();
  ASSERT_EQ(packets.size(), PacketTrace::kPackets - 1);
  EXPECT_EQ(sequence_of(packets.front()), 4U);
  EXPECT_EQ(sequence_of(packets.back()), PacketTrace::kPackets + 2);
}

/// Sessions that have ended, by calls 0, 1, 2 …
class KeptPacketsTest : public ::testing::Test {
 protected:
  static call::CallId call(std::uint64_t number) { return call::CallId(base::Guid::from_words(number, 1)); }
  void end(std::uint64_t number) { kept_.keep(call(number), {{"127.0.0.1", 4000}, {}}, now_); }
  [[nodiscard]] std::size_t sessions_of(std::uint64_t number) const {
    return kept_.of(call(number), now_).size();
  }

  base::TimePoint now_{base::seconds(1000)};
  KeptPackets kept_;
};

TEST_F(KeptPacketsTest, every_session_of_a_call_is_found_for_ten_minutes) {
  end(1);
  end(1);
  end(2);
  now_ += KeptPackets::kKeep - base::milliseconds(1);
  EXPECT_EQ(sessions_of(1), 2U);
  EXPECT_EQ(sessions_of(2), 1U);
  EXPECT_EQ(sessions_of(3), 0U);
  now_ += base::milliseconds(1);
  EXPECT_EQ(sessions_of(1), 0U);
  end(3);
  EXPECT_EQ(kept_.size(), 1U);
}

TEST_F(KeptPacketsTest, the_oldest_go_when_there_are_too_many) {
  for (std::uint64_t i = 0; i <= KeptPackets::kSessions; ++i) end(i);
  EXPECT_EQ(kept_.size(), KeptPackets::kSessions);
  EXPECT_EQ(sessions_of(0), 0U);
  EXPECT_EQ(sessions_of(1), 1U);
}

}  // namespace
}  // namespace tonearm::media
