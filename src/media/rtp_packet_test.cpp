#include "media/rtp_packet.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace tonearm::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(RtpPacket, header_is_written_as_rfc_3550_lays_it_out) {
  std::array<std::uint8_t, kRtpHeaderBytes> out{};
  write_rtp_header(
      {.payload_type = 8, .marker = true, .sequence = 0x1234, .timestamp = 0xA1B2C3D4, .ssrc = 0x01020304},
      out);
  const std::array<std::uint8_t, kRtpHeaderBytes> expected = {0x80, 0x88, 0x12, 0x34, 0xA1, 0xB2,
                                                              0xC3, 0xD4, 0x01, 0x02, 0x03, 0x04};
  EXPECT_EQ(out, expected);
}

TEST(RtpPacket, what_is_written_is_read_back) {
  const RtpHeader header{.payload_type = 101, .marker = false, .sequence = 65535, .timestamp = 7, .ssrc = 9};
  Bytes bytes(kRtpHeaderBytes + 3, 0x55);
  write_rtp_header(header, std::span<std::uint8_t, kRtpHeaderBytes>(bytes.data(), kRtpHeaderBytes));
  const auto packet = parse_rtp(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->header, header);
  EXPECT_EQ(packet->payload.size(), 3U);
}

TEST(RtpPacket, csrc_extension_and_padding_are_cut_off) {
  Bytes bytes = {0xB1,
                 0,
                 0,
                 1,
                 0,
                 0,
                 0,
                 0,
                 0,
                 0,
                 0,
                 1,
                 /*csrc*/ 1,
                 2,
                 3,
                 4,
                 /*extension*/ 0xBE,
                 0xDE,
                 0,
                 1,
                 9,
                 9,
                 9,
                 9,
                 /*payload*/ 0x11,
                 0x22,
                 /*padding*/ 0,
                 2};
  const auto packet = parse_rtp(bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(std::ranges::equal(packet->payload, Bytes{0x11, 0x22}));
}

TEST(RtpPacket, what_is_no_whole_packet_is_refused) {
  Bytes good = {0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_TRUE(parse_rtp(good));
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(parse_rtp(std::span(good).first(length)));
  Bytes wrong_version = good;
  wrong_version[0] = 0x40;
  EXPECT_FALSE(parse_rtp(wrong_version));
  Bytes csrc_missing = good;
  csrc_missing[0] = 0x81;
  EXPECT_FALSE(parse_rtp(csrc_missing));
  Bytes extension_missing = good;
  extension_missing[0] = 0x90;
  EXPECT_FALSE(parse_rtp(extension_missing));
  Bytes padding_too_long = good;
  padding_too_long[0] = 0xA0;
  padding_too_long.push_back(2);
  EXPECT_FALSE(parse_rtp(padding_too_long));
}

TEST(RtpPacket, random_bytes_never_yield_a_payload_outside_the_packet) {
  std::mt19937 random(1);
  for (int i = 0; i < 200'000; ++i) {
    Bytes bytes(random() % 64);
    std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
    if (!bytes.empty() && i % 2 == 0) bytes[0] = static_cast<std::uint8_t>(0x80 | (bytes[0] & 0x3F));
    if (const auto packet = parse_rtp(bytes)) {
      ASSERT_GE(packet->payload.data(), bytes.data() + kRtpHeaderBytes);
      ASSERT_LE(packet->payload.data() + packet->payload.size(), bytes.data() + bytes.size());
    }
  }
}

}  // namespace
}  // namespace tonearm::media
