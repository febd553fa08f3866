#include "sip/decode_extensions.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sip/decode.hpp"
#include "sip/option_tags.hpp"

namespace tonearm::sip {
namespace {

Message with(const std::string& lines) {
  const std::string text = fmt::format(
      "INVITE sip:ivr@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\n"
      "From: <sip:ada@example.com>;tag=peer\r\nTo: <sip:ivr@example.com>\r\nCall-ID: call-1\r\nCSeq: 1 "
      "INVITE\r\n"
      "{}Content-Length: 0\r\n\r\n",
      lines);
  const Ref<mbuf> buffer(mbuf_alloc(text.size()));
  mbuf_write_mem(buffer.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  mbuf_set_pos(buffer.get(), 0);
  sip_msg* raw = nullptr;
  EXPECT_EQ(sip_msg_decode(&raw, buffer.get()), 0);
  const Ref<sip_msg> held(raw);
  const auto message = decode(*raw, 0);
  EXPECT_TRUE(message);
  return message.value_or(Message{});
}

using Tags = std::vector<std::string>;

TEST(decode_extensions, option_tags_in_one_header_or_several_and_by_their_short_name) {
  EXPECT_EQ(with("Supported: 100rel, timer\r\nSupported: replaces\r\n").supported,
            (Tags{"100rel", "timer", "replaces"}));
  EXPECT_EQ(with("k: timer,path\r\n").supported, (Tags{"timer", "path"}));
  EXPECT_EQ(with("Supported: \r\n").supported, Tags{});
  EXPECT_EQ(with("Require: 100rel, timer\r\n").require, (Tags{"100rel", "timer"}));
  EXPECT_EQ(with("Proxy-Require: sec-agree\r\n").proxy_require, Tags{"sec-agree"});
  EXPECT_TRUE(has_tag(with("Allow: INVITE,ACK, update\r\n").allow, "UPDATE"));
}

TEST(decode_extensions, folded_option_tags_are_on_one_line_since_they_are_told_again) {
  EXPECT_EQ(with("Require: a\r\n b,\r\n\tc\r\n").require, (Tags{"a   b", "c"}));
  EXPECT_EQ(with("Proxy-Require: a\r\n b\r\n").proxy_require, (Tags{"a   b"}));
}

TEST(decode_extensions, session_timers) {
  const Message message = with("Session-Expires: 1800 ; refresher=uas;x=1\r\nMin-SE: 120\r\n");
  ASSERT_TRUE(message.session_expires);
  EXPECT_EQ(message.session_expires->seconds, 1800u);
  EXPECT_EQ(message.session_expires->refresher, Refresher::uas);
  EXPECT_EQ(message.min_se, 120u);
  EXPECT_EQ(with("x: 90\r\n").session_expires->seconds, 90u);
  EXPECT_FALSE(with("x: 90;refresher=me\r\n").session_expires->refresher);
}

TEST(decode_extensions, reliable_responses) {
  const auto rack = with("RAck: 776656  1 INVITE\r\n").rack;
  ASSERT_TRUE(rack);
  EXPECT_EQ(rack->rseq, 776656u);
  EXPECT_EQ(rack->cseq, 1u);
  EXPECT_EQ(rack->method, "INVITE");
  EXPECT_EQ(with("RSeq: 988789\r\n").rseq, 988789u);
}

TEST(decode_extensions, diversions_in_one_header_or_several) {
  const auto found =
      with(
          "Diversion: \"Sales, \\\"east\\\"\" <sip:+14255550101@h;x=a,b>;reason=no-answer , "
          "<tel:+1-425-555-0102>;privacy=off\r\nDiversion: <sip:+14255550103@h>;privacy=full\r\n")
          .diversions;
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].display_name, "Sales, \\\"east\\\"");
  EXPECT_EQ(found[0].uri, "sip:+14255550101@h;x=a,b");
  EXPECT_EQ(found[1].uri, "tel:+1-425-555-0102");
  EXPECT_EQ(found[2].uri, "sip:anonymous@anonymous.invalid");
}

TEST(decode_extensions, diversions_beyond_the_tenth_and_broken_ones_are_left_out) {
  std::string lines;
  for (int i = 0; i < 12; ++i) lines += fmt::format("Diversion: <sip:{}@h>\r\n", i);
  EXPECT_EQ(with(lines).diversions.size(), 10u);
  EXPECT_TRUE(with("Diversion: ,\"open <sip:x\r\n").diversions.empty());
  EXPECT_TRUE(with("Diversion: \"\\\r\n").diversions.empty());
}

TEST(decode_extensions, what_cannot_be_read_is_absent) {
  const Message message = with(
      "Session-Expires: soon\r\nMin-SE: -1\r\nRSeq: 99999999999\r\nRAck: 1 INVITE\r\nRetry-After: 5 "
      "(busy)\r\n");
  EXPECT_FALSE(message.session_expires);
  EXPECT_FALSE(message.min_se);
  EXPECT_FALSE(message.rseq);
  EXPECT_FALSE(message.rack);
  EXPECT_EQ(message.retry_after, 5u);
}

}  // namespace
}  // namespace tonearm::sip
