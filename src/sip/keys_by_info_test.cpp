#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sip/test_stack.hpp"

// Keys by INFO over a network that loses, repeats and reorders: what a sender does about it is to send the
// same request again until an answer comes (RFC 3261 §17.1.2).

namespace tonearm::sip {
namespace {

using testing::header;
using testing::Stack;

constexpr int kPresses = 10'000;
constexpr std::string_view kKeys = "0123456789*#ABCD";

std::string info(const Stack& stack, int cseq, char key) {
  std::string text = stack.request("INFO", cseq, fmt::format("Signal={}\r\nDuration=160\r\n", key));
  return text.replace(text.find("application/sdp"), 15, "application/dtmf-relay");
}

/// Until all of these have their 200; false if one does not come.
bool all_answered(Stack& stack, std::multiset<std::string> cseqs) {
  while (!cseqs.empty()) {
    const std::string answer = stack.peer_.expect("200");
    const auto found = cseqs.find(header(answer, "CSeq"));
    if (answer.empty() || found == cseqs.end()) return false;
    cseqs.erase(found);
  }
  return true;
}

TEST(keys_by_info, none_is_lost_or_doubled_when_answers_are_lost_and_requests_come_again_and_late) {
  Stack stack;
  stack.establish(stack.offer());
  std::mt19937 chance(20'261'128);
  std::uniform_int_distribution<> percent(0, 99);
  std::vector<std::string> sent;
  std::string pressed, heard;
  for (int i = 0; i < kPresses; ++i) {
    const int cseq = i + 2;
    const char key = kKeys[chance() % kKeys.size()];
    pressed.push_back(key);
    sent.push_back(info(stack, cseq, key));
    std::multiset<std::string> answers{fmt::format("{} INFO", cseq)};
    stack.send(sent.back());
    if (percent(chance) < 10) {  // its answer is lost, or the network has made two of it
      stack.send(sent.back());
      answers.insert(fmt::format("{} INFO", cseq));
    }
    if (i > 10 && percent(chance) < 10) {  // an earlier one was on its way for long
      const auto late = static_cast<std::size_t>(i) - 1 - chance() % 10;
      stack.send(sent[late]);
      answers.insert(fmt::format("{} INFO", late + 2));
    }
    ASSERT_TRUE(all_answered(stack, answers)) << "key " << i;
    const auto signal = stack.reports_.next_signal<call::LegKey>();
    ASSERT_TRUE(signal) << "key " << i;
    heard.push_back(kKeys[static_cast<std::size_t>(signal->tone)]);
  }
  EXPECT_EQ(heard, pressed);
  EXPECT_TRUE(stack.reports_.nothing_more());
}

}  // namespace
}  // namespace tonearm::sip
