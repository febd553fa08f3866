#include "net/address_policy.hpp"

#include <gtest/gtest.h>

namespace tonearm::net {
namespace {

namespace ip = boost::asio::ip;

const Url kUrl = Url::parse("https://bot.example.com:9000/api").value();

std::string verdict(const AddressPolicy& policy, const char* address, const Url& url = kUrl) {
  const auto result = policy.check_address(url, ip::make_address(address));
  return result ? "allowed" : result.error().context;
}

TEST(AddressClass, every_special_range_is_recognised_also_inside_ipv6) {
  const std::pair<const char*, AddressClass> table[] = {
      {"192.0.2.1", AddressClass::global},
      {"2001:db8::1", AddressClass::global},
      {"127.0.0.1", AddressClass::loopback},
      {"127.9.9.9", AddressClass::loopback},
      {"::1", AddressClass::loopback},
      {"::ffff:127.0.0.1", AddressClass::loopback},
      {"10.1.2.3", AddressClass::private_range},
      {"172.31.0.1", AddressClass::private_range},
      {"172.32.0.1", AddressClass::global},
      {"192.168.1.1", AddressClass::private_range},
      {"100.64.0.1", AddressClass::private_range},
      {"fd00::1", AddressClass::private_range},
      {"169.254.1.1", AddressClass::link_local},
      {"fe80::1", AddressClass::link_local},
      {"169.254.169.254", AddressClass::metadata},
      {"fd00:ec2::254", AddressClass::metadata},
      {"224.0.0.1", AddressClass::multicast},
      {"ff02::1", AddressClass::multicast},
      {"0.0.0.0", AddressClass::reserved},
      {"255.255.255.255", AddressClass::reserved},
      {"::", AddressClass::reserved},
      {"64:ff9b::a00:1", AddressClass::private_range},
      {"2002:7f00:1::", AddressClass::loopback},
      {"::ffff:169.254.169.254", AddressClass::metadata},
  };
  for (const auto& [text, expected] : table) EXPECT_EQ(classify(ip::make_address(text)), expected) << text;
}

TEST(AddressPolicy, private_and_loopback_targets_are_refused_by_class_unless_allowed) {
  AddressPolicy policy;
  EXPECT_EQ(verdict(policy, "192.0.2.1"), "allowed");
  EXPECT_EQ(verdict(policy, "127.0.0.1"), "bot.example.com is a loopback address");
  EXPECT_EQ(verdict(policy, "10.0.0.1"), "bot.example.com is a private address");
  policy.allow_loopback = true;
  policy.allow = {base::Network::parse("10.0.0.0/24").value()};
  EXPECT_EQ(verdict(policy, "127.0.0.1"), "allowed");
  EXPECT_EQ(verdict(policy, "10.0.0.1"), "allowed");
  EXPECT_EQ(verdict(policy, "10.0.1.1"), "bot.example.com is a private address");
}

TEST(AddressPolicy, link_local_metadata_and_multicast_are_refused_whatever_is_allowed) {
  AddressPolicy policy;
  policy.allow = {base::Network::parse("0.0.0.0/0").value(), base::Network::parse("::/0").value()};
  policy.trust(kUrl);
  EXPECT_EQ(verdict(policy, "169.254.169.254"), "bot.example.com is a cloud metadata address");
  EXPECT_EQ(verdict(policy, "fe80::1"), "bot.example.com is a link-local address");
  EXPECT_EQ(verdict(policy, "224.0.0.5"), "bot.example.com is a multicast address");
  EXPECT_EQ(verdict(policy, "0.0.0.0"), "bot.example.com is a reserved address");
}

TEST(AddressPolicy, denied_networks_win_over_allowed_ones_and_trusted_hosts) {
  AddressPolicy policy;
  policy.allow = {base::Network::parse("10.0.0.0/8").value()};
  policy.deny = {base::Network::parse("10.9.0.0/16").value()};
  policy.trust(kUrl);
  EXPECT_EQ(verdict(policy, "10.8.0.1"), "allowed");
  EXPECT_EQ(verdict(policy, "10.9.0.1"), "bot.example.com is in a denied network");
}

TEST(AddressPolicy, the_host_of_a_configured_webhook_may_be_private_and_plain_http) {
  AddressPolicy policy;
  policy.allow_plain_http = false;
  const Url webhook = Url::parse("http://127.0.0.1:9000/api/calls").value();
  const Url stranger = Url::parse("http://127.0.0.1:9001/api/calls").value();
  policy.trust(webhook);
  EXPECT_TRUE(policy.check_url(webhook));
  EXPECT_EQ(verdict(policy, "127.0.0.1", webhook), "allowed");
  EXPECT_FALSE(policy.check_url(stranger));
  EXPECT_NE(verdict(policy, "127.0.0.1", stranger), "allowed");
}

TEST(AddressPolicy, our_own_listeners_are_never_a_target) {
  AddressPolicy policy;
  policy.allow_loopback = true;
  policy.own_listeners = {{"127.0.0.1", 9000}, {"0.0.0.0", 8443}};
  EXPECT_EQ(verdict(policy, "127.0.0.1"), "bot.example.com is this server itself");
  EXPECT_EQ(verdict(policy, "127.0.0.1", Url::parse("http://x.example.com:9001/").value()), "allowed");
  EXPECT_EQ(verdict(policy, "127.0.0.1", Url::parse("http://x.example.com:8443/").value()),
            "x.example.com is this server itself");
}

}  // namespace
}  // namespace tonearm::net
