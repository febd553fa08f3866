#include "sip/trace.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "base/guid.hpp"

namespace tonearm::sip {
namespace {

TracedMessage message(std::string text) {
  TracedMessage traced;
  traced.text = std::move(text);
  return traced;
}

/// A trace in which each dialog is a call of its own.
class Dialogs {
 public:
  explicit Dialogs(std::size_t bytes = MessageTrace::kBytesInAll) : trace(bytes) {}

  void open(const std::string& call_id) {
    trace.open(call_id);
    trace.assign(call_id, call(call_id));
  }
  std::vector<TracedMessage> messages(const std::string& call_id) { return trace.messages(call(call_id)); }
  call::CallId call(const std::string& call_id) {
    return calls_.try_emplace(call_id, base::Guid::random()).first->second;
  }

  MessageTrace trace;

 private:
  std::map<std::string, call::CallId> calls_;
};

TEST(message_trace, keeps_the_last_messages_of_open_dialogs_only) {
  Dialogs dialogs;
  dialogs.trace.add("a", message("before it is open"));
  dialogs.open("a");
  EXPECT_TRUE(dialogs.messages("a").empty());
  for (std::size_t i = 0; i < MessageTrace::kMessagesPerDialog + 3; ++i)
    dialogs.trace.add("a", message(std::to_string(i)));
  const auto kept = dialogs.messages("a");
  ASSERT_EQ(kept.size(), MessageTrace::kMessagesPerDialog);
  EXPECT_EQ(kept.front().text, "3");
  EXPECT_EQ(kept.back().text, std::to_string(MessageTrace::kMessagesPerDialog + 2));
}

TEST(message_trace, a_message_comes_back_as_it_was) {
  Dialogs dialogs;
  dialogs.open("a");
  const TracedMessage sent{base::WallTime(std::chrono::milliseconds(1'700'000'000'123)),
                           true,
                           Transport::tcp,
                           {"127.0.0.1", 5060},
                           {"2001:db8::1", 49'152},
                           "INVITE sip:ada@example.com SIP/2.0\r\n\r\n",
                           4711};
  dialogs.trace.add("a", sent);
  const auto kept = dialogs.messages("a");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].at, sent.at);
  EXPECT_EQ(kept[0].sent, sent.sent);
  EXPECT_EQ(kept[0].transport, sent.transport);
  EXPECT_EQ(kept[0].local, sent.local);
  EXPECT_EQ(kept[0].remote, sent.remote);
  EXPECT_EQ(kept[0].text, sent.text);
  EXPECT_EQ(kept[0].bytes, sent.bytes);
}

TEST(message_trace, all_dialogs_of_a_call_are_one_story) {
  MessageTrace trace;
  const call::CallId call(base::Guid::random());
  for (const char* id : {"caller", "callee"}) {
    trace.open(id);
    trace.assign(id, call);
  }
  for (int i = 0; i < 6; ++i) {
    TracedMessage said = message(std::to_string(i));
    said.at = base::WallTime(std::chrono::milliseconds(i));
    trace.add(i % 2 == 0 ? "caller" : "callee", said);
  }
  std::string story;
  for (const auto& told : trace.messages(call)) story += told.text;
  EXPECT_EQ(story, "012345");
}

TEST(message_trace, a_clock_that_is_set_back_changes_no_order) {
  Dialogs dialogs;
  dialogs.open("a");
  for (const int at : {5, 3, 4}) {
    TracedMessage said = message(std::to_string(at));
    said.at = base::WallTime(std::chrono::milliseconds(at));
    dialogs.trace.add("a", said);
  }
  std::string story;
  for (const auto& told : dialogs.messages("a")) story += told.text;
  EXPECT_EQ(story, "534");
}

TEST(message_trace, the_oldest_messages_go_when_all_is_full_and_their_dialogs_with_the_last) {
  Dialogs dialogs(16 * 1024);
  dialogs.open("lasting");
  for (int i = 0; i < 1000; ++i) {
    const std::string id = std::to_string(i);
    dialogs.open(id);
    dialogs.trace.add(id, message(std::string(400, 'x')));
    dialogs.trace.add("lasting", message(id));
  }
  EXPECT_TRUE(dialogs.messages("0").empty());
  EXPECT_LT(dialogs.trace.size(), 40u);
  EXPECT_GT(dialogs.trace.size(), 20u);
  const auto lasting = dialogs.messages("lasting");
  ASSERT_GT(lasting.size(), 20u);
  EXPECT_EQ(lasting.back().text, "999");
  EXPECT_EQ(lasting.front().text, std::to_string(1000 - lasting.size())) << "none is missing in between";
}

TEST(message_trace, a_dialog_that_says_nothing_goes_too) {
  Dialogs dialogs(16 * 1024);
  for (int i = 0; i < 10'000; ++i) dialogs.open(std::to_string(i));
  EXPECT_LE(dialogs.trace.size(), 16 * 1024u / 64);
  dialogs.trace.add("9999", message("it speaks"));
  EXPECT_EQ(dialogs.messages("9999").size(), 1u);
}

TEST(message_trace, a_message_may_push_out_all_that_its_own_dialog_had) {
  Dialogs dialogs(1024);
  dialogs.open("a");
  for (const char sign : {'x', 'y', 'z'}) dialogs.trace.add("a", message(std::string(800, sign)));
  ASSERT_EQ(dialogs.messages("a").size(), 1u);
  EXPECT_EQ(dialogs.messages("a").front().text, std::string(800, 'z'));
  dialogs.trace.add("a", message(std::string(2000, 'x')));
  EXPECT_EQ(dialogs.messages("a").size(), 1u) << "one that fits nowhere pushes nothing out";
}

/// Against the simplest that could be: all that was ever said.
TEST(message_trace, what_is_kept_of_a_dialog_is_always_its_last_messages_in_order) {
  std::mt19937 random(11);
  Dialogs dialogs(32 * 1024);
  std::map<std::string, std::vector<std::string>> said;
  for (int step = 0; step < 20'000; ++step) {
    const std::string id = std::to_string(random() % 12 + step / 500);
    const std::string text = std::to_string(step) + std::string(random() % 300, 'x');
    dialogs.open(id);
    dialogs.trace.add(id, message(text));
    said[id].push_back(text);
    ASSERT_EQ(dialogs.messages(id).back().text, text);
    const std::string any = std::to_string(random() % 12 + step / 500);
    const auto kept = dialogs.messages(any);
    const auto& all = said[any];
    ASSERT_LE(kept.size(), std::min(all.size(), MessageTrace::kMessagesPerDialog));
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
