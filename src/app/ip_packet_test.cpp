#include "app/ip_packet.hpp"

#include <gtest/gtest.h>

namespace tonearm::app {
namespace {

using namespace std::string_literals;

const IpFlow kV4{{"192.0.2.1", 5060}, {"192.0.2.2", 5062}};
const IpFlow kV6{{"2001:db8::1", 5060}, {"2001:db8::2", 5062}};

/// The ones' complement sum, which is 0xFFFF over whatever has its right checksum in it (RFC 1071 §1).
unsigned sum_of(std::string bytes) {
  if (bytes.size() % 2 != 0) bytes += '\0';
  unsigned sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<unsigned>(static_cast<std::uint8_t>(bytes[i]) << 8 |
                                 static_cast<std::uint8_t>(bytes[i + 1]));
  }
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return sum;
}

std::string word(std::size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

TEST(ip_packet, udp_over_ipv4_has_addresses_ports_lengths_and_sums) {
  const IpPacket packet = udp_packet(kV4, {"abc", 3});
  EXPECT_EQ(packet.length, 31U);
  ASSERT_EQ(packet.bytes.size(), 31U);
  EXPECT_EQ(packet.bytes.substr(0, 10), "\x45\x00\x00\x1F\x00\x00\x00\x00\x40\x11"s);
  EXPECT_EQ(packet.bytes.substr(12, 8), "\xC0\x00\x02\x01\xC0\x00\x02\x02"s);
  EXPECT_EQ(packet.bytes.substr(20, 6), "\x13\xC4\x13\xC6\x00\x0B"s);
  EXPECT_EQ(packet.bytes.substr(28), "abc");
  EXPECT_EQ(sum_of(packet.bytes.substr(0, 20)), 0xFFFFU);
  EXPECT_EQ(sum_of(packet.bytes.substr(12, 8) + word(17) + word(11) + packet.bytes.substr(20)), 0xFFFFU);
}

TEST(ip_packet, ipv6_is_as_long_as_its_payload_says_and_never_without_a_sum) {
  const IpPacket packet = udp_packet(kV6, {"abc", 3});
  ASSERT_EQ(packet.bytes.size(), 51U);
  EXPECT_EQ(packet.bytes.substr(0, 8), "\x60\x00\x00\x00\x00\x0B\x11\x40"s);
  EXPECT_EQ(packet.bytes.substr(8, 4), "\x20\x01\x0D\xB8"s);
  EXPECT_EQ(sum_of(packet.bytes.substr(8, 32) + word(17) + word(11) + packet.bytes.substr(40)), 0xFFFFU);
}

TEST(ip_packet, an_ipv4_end_is_mapped_into_ipv6_if_the_other_is_ipv6) {
  const std::string bytes = udp_packet({kV6.from, kV4.to}, {"", 0}).bytes;
  EXPECT_EQ(bytes.substr(24, 16), "\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xC0\x00\x02\x02"s);
}

TEST(ip_packet, a_missing_end_counts_in_every_length) {
  const IpPacket packet = udp_packet(kV4, {"abc", 160});
  EXPECT_EQ(packet.length, 188U);
  EXPECT_EQ(packet.bytes.size(), 31U);
  EXPECT_EQ(packet.bytes.substr(2, 2), word(188));
  EXPECT_EQ(packet.bytes.substr(24, 2), word(168));
  EXPECT_EQ(udp_packet(kV4, {"abc", 70'000}).bytes.substr(2, 2), word(65'535));
}

TEST(ip_packet, a_tcp_segment_stands_where_it_is_told) {
  const IpPacket packet = tcp_packet(kV4, {0x01020304, 0x05060708}, {"abc", 3});
  ASSERT_EQ(packet.bytes.size(), 43U);
  EXPECT_EQ(packet.bytes[9], 6);
  EXPECT_EQ(packet.bytes.substr(24, 12), "\x01\x02\x03\x04\x05\x06\x07\x08\x50\x18\xFF\xFF"s);
  EXPECT_EQ(sum_of(packet.bytes.substr(12, 8) + word(6) + word(23) + packet.bytes.substr(20)), 0xFFFFU);
}

}  // namespace
}  // namespace tonearm::app
