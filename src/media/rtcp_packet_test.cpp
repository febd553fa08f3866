#include "media/rtcp_packet.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using Buffer = std::array<std::uint8_t, kRtcpBytesMax>;

RtcpOutgoing full_packet() {
  return {
      .ssrc = 0x11223344,
      .sender = RtcpSenderInfo{.ntp = 0xE0000000'80000000, .rtp_timestamp = 160, .packets = 3, .octets = 480},
      .report = RtcpReportBlock{.ssrc = 5,
                                .fraction_lost = 7,
                                .cumulative_lost = -2,
                                .highest_sequence = 9,
                                .jitter = 11,
                                .last_sr = 13,
                                .delay = 15},
      .cname = "0123456789abcdef",
      .bye = true};
}

TEST(RtcpPacket, what_is_written_is_read_back) {
  Buffer out{};
  const RtcpOutgoing packet = full_packet();
  const std::size_t size = write_rtcp(packet, out);
  const auto summary = parse_rtcp(std::span(out).first(size), 5);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->sender_ssrc, packet.ssrc);
  EXPECT_EQ(summary->sender, packet.sender);
  EXPECT_EQ(summary->report, packet.report);
  EXPECT_TRUE(summary->bye);
}

TEST(RtcpPacket, a_report_about_others_is_not_taken) {
  Buffer out{};
  const std::size_t size = write_rtcp(full_packet(), out);
  EXPECT_FALSE(parse_rtcp(std::span(out).first(size), 6)->report);
}

TEST(RtcpPacket, a_receiver_report_is_written_when_nothing_was_sent) {
  Buffer out{};
  RtcpOutgoing packet = full_packet();
  packet.sender.reset();
  packet.bye = false;
  const std::size_t size = write_rtcp(packet, out);
  EXPECT_EQ(out[1], 201);
  const auto summary = parse_rtcp(std::span(out).first(size), 5);
  ASSERT_TRUE(summary);
  EXPECT_FALSE(summary->sender);
  EXPECT_FALSE(summary->bye);
}

TEST(RtcpPacket, the_longest_packet_fits) {
  Buffer out{};
  RtcpOutgoing packet = full_packet();
  const std::string cname(200, 'x');
  packet.cname = cname;
  EXPECT_LE(write_rtcp(packet, out), kRtcpBytesMax);
}

TEST(RtcpPacket, every_cut_of_a_good_packet_is_refused_or_ends_between_parts) {
  Buffer out{};
  const std::size_t size = write_rtcp(full_packet(), out);
  for (std::size_t length = 0; length < size; ++length) {
    const auto summary = parse_rtcp(std::span(out).first(length), 5);
    EXPECT_FALSE(summary && summary->bye) << length;
  }
}

TEST(RtcpPacket, random_bytes_do_no_harm) {
  std::mt19937 random(1);
  for (int i = 0; i < 200'000; ++i) {
    std::vector<std::uint8_t> bytes(random() % 96);
    std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
    if (bytes.size() > 4) {
      bytes[0] = static_cast<std::uint8_t>(0x80 | (bytes[0] & 0x1F));
      bytes[1] = static_cast<std::uint8_t>(200 + bytes[1] % 5);
      bytes[2] = 0;
      bytes[3] %= 24;
    }
    (void)parse_rtcp(bytes, 1);
  }
}

}  // namespace
}  // namespace tonearm::media
