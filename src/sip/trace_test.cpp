#include "sip/trace.hpp"

#include <map>
#include <random>

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

TEST(message_trace, a_message_comes_back_as_it_was) {
  MessageTrace trace;
  trace.open("a");
  EXPECT_TRUE(trace.has("a"));
  EXPECT_TRUE(trace.messages("a").empty());
  const TracedMessage sent{base::WallTime(std::chrono::milliseconds(1'700'000'000'123)),
                           true,
                           Transport::tcp,
                           {"127.0.0.1", 5060},
                           {"2001:db8::1", 49'152},
                           "INVITE sip:ada@example.com SIP/2.0\r\n\r\n",
                           4711};
  trace.add("a", sent);
  trace.add("a", message(""));
  const auto kept = trace.messages("a");
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].at, sent.at);
  EXPECT_EQ(kept[0].sent, sent.sent);
  EXPECT_EQ(kept[0].transport, sent.transport);
  EXPECT_EQ(kept[0].local, sent.local);
  EXPECT_EQ(kept[0].remote, sent.remote);
  EXPECT_EQ(kept[0].text, sent.text);
  EXPECT_EQ(kept[0].bytes, sent.bytes);
  EXPECT_EQ(kept[1].text, "");
}

TEST(message_trace, the_oldest_messages_go_when_all_is_full_and_their_calls_with_the_last) {
  MessageTrace trace(16 * 1024);
  trace.open("lasting");
  for (int i = 0; i < 1000; ++i) {
    const std::string id = std::to_string(i);
    trace.open(id);
    trace.add(id, message(std::string(400, 'x')));
    trace.add("lasting", message(id));
  }
  EXPECT_FALSE(trace.has("0"));
  EXPECT_LT(trace.size(), 40u);
  EXPECT_GT(trace.size(), 20u);
  const auto lasting = trace.messages("lasting");
  ASSERT_GT(lasting.size(), 20u);
  EXPECT_EQ(lasting.back().text, "999");
  EXPECT_EQ(lasting.front().text, std::to_string(1000 - lasting.size())) << "none is missing in between";
}

TEST(message_trace, a_call_that_opens_and_says_nothing_goes_too) {
  MessageTrace trace(16 * 1024);
  for (int i = 0; i < 10'000; ++i) trace.open(std::to_string(i));
  EXPECT_LE(trace.size(), 16 * 1024u / 64);
  EXPECT_TRUE(trace.has("9999"));
}

TEST(message_trace, a_message_may_push_out_all_that_its_own_call_had) {
  MessageTrace trace(1024);
  trace.open("a");
  for (const char sign : {'x', 'y', 'z'}) trace.add("a", message(std::string(800, sign)));
  ASSERT_EQ(trace.messages("a").size(), 1u);
  EXPECT_EQ(trace.messages("a").front().text, std::string(800, 'z'));
  trace.add("a", message(std::string(2000, 'x')));
  EXPECT_EQ(trace.messages("a").size(), 1u) << "one that fits nowhere pushes nothing out";
}

/// Against the simplest that could be: every message ever, of which a call's last ones are compared.
TEST(message_trace, what_is_kept_of_a_call_is_always_its_last_messages_in_order) {
  std::mt19937 random(11);
  MessageTrace trace(32 * 1024);
  std::map<std::string, std::vector<std::string>> said;
  for (int step = 0; step < 20'000; ++step) {
    const std::string id = std::to_string(random() % 12 + step / 500);
    if (!trace.has(id)) said.erase(id);
    trace.open(id);
    const std::string text = std::to_string(step) + std::string(random() % 300, 'x');
    trace.add(id, message(text));
    said[id].push_back(text);
    const std::string any = std::to_string(random() % 12 + step / 500);
    const auto kept = trace.messages(any);
    const auto& all = said[any];
    ASSERT_LE(kept.size(), std::min(all.size(), MessageTrace::kMessagesPerCall));
    ASSERT_EQ(trace.has(any), !kept.empty());
    for (std::size_t i = 0; i < kept.size(); ++i) ASSERT_EQ(kept[i].text, all[all.size() - kept.size() + i]);
  }
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
