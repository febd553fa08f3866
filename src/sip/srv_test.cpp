#include "sip/srv.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

std::vector<std::string> targets(const std::vector<SrvRecord>& records) {
  std::vector<std::string> names;
  for (const auto& record : records) names.push_back(record.target);
  return names;
}

TEST(srv, the_name_is_made_of_service_and_transport) {
  EXPECT_EQ(srv_name(Transport::udp, "example.com"), "_sip._udp.example.com");
  EXPECT_EQ(srv_name(Transport::tcp, "example.com"), "_sip._tcp.example.com");
}

TEST(srv, lower_priority_numbers_come_first) {
  const auto ordered = in_srv_order({{20, 0, 5060, "b"}, {10, 0, 5060, "a"}, {30, 0, 5060, "c"}},
                                    [](std::uint32_t) { return 0u; });
  EXPECT_EQ(targets(ordered), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(srv, equals_are_drawn_by_weight) {
  std::mt19937 random(1);
  const auto draw = [&](std::uint32_t most) {
    return std::uniform_int_distribution<std::uint32_t>(0, most)(random);
  };
  std::map<std::string, int> first;
  for (int i = 0; i < 4000; ++i) {
    ++first
        [in_srv_order({{1, 10, 5060, "a"}, {1, 30, 5060, "b"}, {1, 0, 5060, "never"}}, draw).front().target];
  }
  EXPECT_NEAR(first["b"] / 4000.0, 0.73, 0.06);
  EXPECT_LT(first["never"], 250);  // a 0 of 0…40
}

TEST(srv, all_records_are_kept_whatever_is_drawn) {
  for (std::uint32_t drawn : {0u, 1u, 40u}) {
    const auto ordered = in_srv_order({{1, 10, 1, "a"}, {1, 30, 2, "b"}, {0, 5, 3, "c"}},
                                      [&](std::uint32_t most) { return std::min(drawn, most); });
    EXPECT_EQ(ordered.size(), 3u);
    EXPECT_EQ(ordered.front().target, "c");
  }
}

TEST(srv, a_dot_says_that_the_service_does_not_exist) {
  EXPECT_TRUE(in_srv_order({{0, 0, 0, "."}}, [](std::uint32_t) { return 0u; }).empty());
}

}  // namespace
}  // namespace tonearm::sip
