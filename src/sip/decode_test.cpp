#include "sip/decode.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

struct Parts {
  std::string call_id = "call-1";
  std::string from = "<sip:ada@example.com>";
  std::string from_tag = "peer";
  std::string extra = {};
  std::string cseq = "1";
  std::size_t body = 0;
  std::string length = {};  ///< Empty: the truth.
};

std::optional<Message> decoded(const Parts& parts) {
  const std::string text = fmt::format(
      "INVITE sip:ivr@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\nFrom: "
      "{};tag={}\r\n"
      "To: <sip:ivr@example.com>\r\nCall-ID: {}\r\nCSeq: {} INVITE\r\n{}Content-Length: {}\r\n\r\n{}",
      parts.from, parts.from_tag, parts.call_id, parts.cseq, parts.extra,
      parts.length.empty() ? std::to_string(parts.body) : parts.length, std::string(parts.body, 'x'));
  const Ref<mbuf> buffer(mbuf_alloc(text.size()));
  mbuf_write_mem(buffer.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  mbuf_set_pos(buffer.get(), 0);
  sip_msg* raw = nullptr;
  if (sip_msg_decode(&raw, buffer.get()) != 0) return std::nullopt;
  const Ref<sip_msg> held(raw);
  return decode(*raw, 0);
}

std::string lines(const std::string& line, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += line;
  return all;
}

/// A From of so many bytes, its tag parameter among them.
std::string from_of(std::size_t bytes) {
  const std::string frame = "<sip:@example.com>;tag=peer";
  return "<sip:" + std::string(bytes - frame.size(), 'a') + "@example.com>";
}

TEST(decode, limits_hold_at_the_limit_and_one_past_it) {
  using Limits = MessageLimits;
  EXPECT_TRUE(decoded({.call_id = std::string(Limits::kCallId, 'c')}));
  EXPECT_FALSE(decoded({.call_id = std::string(Limits::kCallId + 1, 'c')}));
  EXPECT_TRUE(decoded({.from_tag = std::string(Limits::kCallId, 't')}));
  EXPECT_FALSE(decoded({.from_tag = std::string(Limits::kCallId + 1, 't')}));
  EXPECT_TRUE(decoded({.from = from_of(Limits::kHeader)}));
  EXPECT_FALSE(decoded({.from = from_of(Limits::kHeader + 1)}));
  EXPECT_TRUE(decoded({.body = Limits::kBody}));
  EXPECT_FALSE(decoded({.body = Limits::kBody + 1}));
}

TEST(decode, a_route_set_is_taken_whole_or_not_at_all) {
  const std::string route = "Record-Route: <sip:192.0.2.1;lr>\r\n";
  const auto whole = decoded({.extra = lines(route, MessageLimits::kRoutes)});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->record_routes.size(), MessageLimits::kRoutes);
  EXPECT_FALSE(decoded({.extra = lines(route, MessageLimits::kRoutes + 1)}));
}

TEST(decode, a_body_is_as_long_as_its_length_says) {
  EXPECT_FALSE(decoded({.body = 4, .length = "5"}));
  EXPECT_FALSE(decoded({.body = 4, .length = "4x"}));
  const auto shorter = decoded({.body = 4, .length = "3"});
  ASSERT_TRUE(shorter);
  EXPECT_EQ(shorter->body, "xxx");
}

TEST(decode, what_may_be_there_once_is_there_once) {
  for (const char* line :
       {"Call-ID: call-1\r\n", "i: call-2\r\n", "From: <sip:eve@example.com>;tag=peer\r\n",
        "To: <sip:x@example.com>\r\n", "CSeq: 1 INVITE\r\n", "Max-Forwards: 70\r\nMax-Forwards: 5\r\n",
        "l: 0\r\n", "Content-Type: application/sdp\r\nc: text/plain\r\n"}) {
    EXPECT_FALSE(decoded({.extra = line})) << line;
  }
  EXPECT_TRUE(decoded({.extra = "Max-Forwards: 70\r\nContent-Type: application/sdp\r\n"}));
}

TEST(decode, an_address_that_our_requests_would_begin_with_is_one_word) {
  EXPECT_FALSE(decoded({.from = "<sip:ada SIP/2.0@example.com>"}));
  const auto spaced = decoded({.extra = "Contact: <sip:ada@192.0.2.7;x SIP/2.0>\r\n"});
  ASSERT_TRUE(spaced);
  EXPECT_FALSE(spaced->contact);
  EXPECT_TRUE(decoded({.extra = "Contact: \"Ada L\" <sip:ada@192.0.2.7>\r\n"})->contact);
}

TEST(decode, quotes_are_closed) {
  EXPECT_FALSE(decoded({.from = "\"Ada <sip:ada@example.com>"}));
  EXPECT_FALSE(decoded({.from = "\"Ada \\\" <sip:ada@example.com>"}));
  EXPECT_TRUE(decoded({.from = "\"Ada \\\"L\\\\\" <sip:ada@example.com>"}));
}

TEST(decode, a_sequence_number_has_31_bits) {
  EXPECT_TRUE(decoded({.cseq = "2147483647"}));
  EXPECT_TRUE(decoded({.cseq = "0009"}));
  for (const char* number : {"2147483648", "4294967297", "36893488147419103232"})
    EXPECT_FALSE(decoded({.cseq = number})) << number;
}

TEST(decode, required_extensions_are_a_list) {
  const auto message = decoded({.extra = "Require: 100rel, timer\r\nRequire: path\r\n"});
  ASSERT_TRUE(message);
  EXPECT_EQ(message->require, (std::vector<std::string>{"100rel", "timer", "path"}));
}

}  // namespace
}  // namespace tonearm::sip
