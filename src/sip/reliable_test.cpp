#include "sip/reliable.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

Message prack(std::uint32_t rseq, std::uint32_t cseq, const std::string& method = "INVITE") {
  Message message;
  message.method = "PRACK";
  message.rack = RAck{rseq, cseq, method};
  return message;
}

TEST(reliable_response, is_acknowledged_by_its_own_prack_only) {
  const ReliableResponse response(17, 3);
  EXPECT_EQ(response.lines(), "Require: 100rel\r\nRSeq: 17\r\n");
  EXPECT_TRUE(response.is_acknowledged_by(prack(17, 3)));
  EXPECT_FALSE(response.is_acknowledged_by(prack(18, 3)));
  EXPECT_FALSE(response.is_acknowledged_by(prack(17, 4)));
  EXPECT_FALSE(response.is_acknowledged_by(prack(17, 3, "UPDATE")));
  EXPECT_FALSE(response.is_acknowledged_by({}));
}

TEST(reliable_response, is_repeated_with_doubling_pauses_until_64_t1_have_passed) {
  ReliableResponse response(17, 3);
  std::vector<long> pauses;
  while (const auto pause = response.next_pause()) pauses.push_back(pause->count());
  EXPECT_EQ(pauses, (std::vector<long>{500, 1000, 2000, 4000, 8000, 16000, 500}));
}

TEST(reliable_order, takes_any_first_one_and_then_each_next_one_once) {
  ReliableOrder order;
  EXPECT_TRUE(order.take(4711));
  EXPECT_FALSE(order.take(4711));
  EXPECT_FALSE(order.take(4713));
  EXPECT_TRUE(order.take(4712));
  EXPECT_TRUE(order.take(4713));
}

TEST(reliable, what_wants_a_prack_says_so_and_has_a_number) {
  Message ringing;
  ringing.status = 183;
  ringing.method = "INVITE";
  ringing.cseq = 7;
  EXPECT_FALSE(is_reliable(ringing));
  ringing.rseq = 5;
  EXPECT_FALSE(is_reliable(ringing));
  ringing.require = {"100rel"};
  EXPECT_TRUE(is_reliable(ringing));
  EXPECT_EQ(rack_line(ringing), "RAck: 5 7 INVITE\r\n");
  ringing.status = 100;
  EXPECT_FALSE(is_reliable(ringing));
}

}  // namespace
}  // namespace tonearm::sip
