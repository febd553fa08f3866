#include "sip/trace.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

TracedMessage message(std::string text) {
  TracedMessage traced;
  traced.text = std::move(text);
  return traced;
}

TEST(message_trace, keeps_the_last_messages_of_open_calls_only) {
  MessageTrace trace;
  trace.add("a", message("before it is open"));
  EXPECT_TRUE(trace.messages("a").empty());
  trace.open("a");
  for (std::size_t i = 0; i < MessageTrace::kMessagesPerCall + 3; ++i)
    trace.add("a", message(std::to_string(i)));
  const auto kept = trace.messages("a");
  ASSERT_EQ(kept.size(), MessageTrace::kMessagesPerCall);
  EXPECT_EQ(kept.front().text, "3");
}

TEST(message_trace, the_oldest_call_goes_when_all_is_full) {
  MessageTrace trace;
  const std::size_t calls = MessageTrace::kBytesInAll / MessageTrace::kBytesPerMessage + 2;
  for (std::size_t i = 0; i < calls; ++i) {
    trace.open(std::to_string(i));
    trace.add(std::to_string(i), message(std::string(MessageTrace::kBytesPerMessage, 'x')));
  }
  EXPECT_TRUE(trace.messages("0").empty());
  EXPECT_FALSE(trace.has("0"));
  EXPECT_LT(trace.size(), calls);
  EXPECT_FALSE(trace.messages(std::to_string(calls - 1)).empty());
}

TEST(message_trace, short_messages_count_with_what_keeping_them_takes) {
  MessageTrace trace;
  const std::size_t calls = MessageTrace::kBytesInAll / 1024;  // each takes more than 1 KiB, its text 9 bytes
  for (std::size_t call = 0; call < calls; ++call) {
    trace.open(std::to_string(call));
    for (int i = 0; i < 9; ++i) trace.add(std::to_string(call), message("x"));
  }
  EXPECT_LT(trace.size(), calls);
}

TEST(message_trace, a_cut_message_shows_where_it_was_cut) {
  const std::string wire(MessageTrace::kBytesPerMessage + 1, 'x');
  const auto cut = message(without_credentials(wire, MessageTrace::kBytesPerMessage));
  EXPECT_TRUE(cut.is_cut());
  EXPECT_EQ(cut.seen(), wire.substr(1));
  for (const std::string whole : {"", "body\r\n(cut off)", "OPTIONS"}) {
    EXPECT_FALSE(message(whole).is_cut());
    EXPECT_EQ(message(whole).seen(), whole);
  }
}

TEST(call_id_in, finds_both_spellings_in_the_head_only) {
  EXPECT_EQ(call_id_in("BYE sip:x SIP/2.0\r\ncall-id :  abc \r\n\r\n"), "abc");
  EXPECT_EQ(call_id_in("BYE sip:x SIP/2.0\r\ni:abc\r\n\r\n"), "abc");
  EXPECT_EQ(call_id_in("BYE sip:x SIP/2.0\r\n\r\nCall-ID: body\r\n"), "");
  EXPECT_EQ(call_id_in(""), "");
  EXPECT_EQ(call_id_in("Call-ID:"), "");
}

TEST(without_credentials, takes_secrets_out_folded_or_not) {
  const std::string text = without_credentials(
      "INVITE x\r\nauthorization: Digest a,\r\n b=\"secret\"\r\nTo: y\r\nProxy-Authorization: secret\r\n\r\n"
      "Authorization: body\r\n",
      4096);
  EXPECT_EQ(text,
            "INVITE x\r\nauthorization: (removed)\r\nTo: y\r\nProxy-Authorization: (removed)\r\n\r\n"
            "Authorization: body\r\n");
  EXPECT_EQ(without_credentials("abcdef", 3), "abc\r\n(cut off)");
}

}  // namespace
}  // namespace tonearm::sip
