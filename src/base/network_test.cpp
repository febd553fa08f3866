#include "base/network.hpp"

#include <gtest/gtest.h>

namespace tonearm::base {
namespace {

TEST(Network, holds_its_first_and_last_address_and_none_beyond) {
  const auto network = Network::parse("192.0.2.64/26");
  ASSERT_TRUE(network);
  EXPECT_TRUE(network->contains("192.0.2.64"));
  EXPECT_TRUE(network->contains("192.0.2.127"));
  EXPECT_FALSE(network->contains("192.0.2.63"));
  EXPECT_FALSE(network->contains("192.0.2.128"));
}

TEST(Network, ipv6_prefixes_end_inside_a_byte) {
  const auto network = Network::parse("2001:db8:f0::/44");
  ASSERT_TRUE(network);
  EXPECT_TRUE(network->contains("2001:db8:ff:ffff::1"));
  EXPECT_FALSE(network->contains("2001:db8:100::1"));
  EXPECT_FALSE(network->contains("192.0.2.1"));
}

TEST(Network, a_mapped_address_is_its_ipv4_address) {
  EXPECT_TRUE(Network::parse("10.0.0.0/8")->contains("::ffff:10.1.2.3"));
}

TEST(Network, zero_length_holds_its_whole_family) {
  EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains("203.0.113.9"));
  EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains("2001:db8::1"));
}

TEST(Network, a_single_address_is_a_network_of_one) {
  EXPECT_EQ(Network::parse("192.0.2.7")->to_string(), "192.0.2.7/32");
  EXPECT_EQ(Network::parse("::1")->to_string(), "::1/128");
}

TEST(Network, refuses_names_wrong_lengths_and_host_bits) {
  for (const char* text : {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x",
                           "10.0.0.1/8", "::/129", "[::1]/128"}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(Network, loopback_is_the_whole_of_127_and_one_ipv6_address) {
  EXPECT_TRUE(is_loopback("127.255.0.1"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("128.0.0.1"));
  EXPECT_FALSE(is_loopback("::2"));
}

TEST(Network, holds_what_shares_its_prefix_in_either_family) {
  EXPECT_TRUE(Network::parse("10.20.0.0/14")->contains("10.23.255.255"));
  EXPECT_FALSE(Network::parse("10.20.0.0/14")->contains("10.24.0.0"));
  EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains("8.8.8.8"));
  EXPECT_TRUE(Network::parse("fd00::/8")->contains("fd12::1"));
  EXPECT_TRUE(Network::parse("192.0.2.7")->contains("::ffff:192.0.2.7"));
  for (const char* text : {"", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0.0/x", "example.com/8"})
    EXPECT_FALSE(Network::parse(text)) << text;
}

}  // namespace
}  // namespace tonearm::base
