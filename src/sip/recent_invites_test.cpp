#include "sip/recent_invites.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;

Message invite_of(std::uint32_t cseq = 1, const std::string& tag = "far",
                  const std::string& call_id = "call-1") {
  Message message;
  message.method = "INVITE";
  message.cseq = cseq;
  message.from.tag = tag;
  message.call_id = call_id;
  return message;
}

TEST(recent_invites, knows_one_while_its_call_lives_and_32_s_after) {
  RecentInvites recent;
  base::TimePoint now{};
  const auto key = RecentInvites::key_of(invite_of());
  EXPECT_FALSE(recent.knows(key, now));
  recent.add(key);
  EXPECT_TRUE(recent.knows(key, now + 1h));
  now += 1h;
  recent.end(key, now);
  EXPECT_TRUE(recent.knows(key, now + 31s));
  EXPECT_FALSE(recent.knows(key, now + 32s));
  EXPECT_EQ(recent.size(), 0u);
}

TEST(recent_invites, one_that_differs_in_sequence_tag_or_call_is_another) {
  RecentInvites recent;
  recent.add(RecentInvites::key_of(invite_of()));
  for (const Message& other : {invite_of(2), invite_of(1, "other"), invite_of(1, "far", "call-2")})
    EXPECT_FALSE(recent.knows(RecentInvites::key_of(other), {}));
}

TEST(recent_invites, keeps_no_more_than_its_most_of_those_that_ended) {
  RecentInvites recent;
  for (std::uint32_t i = 0; i < 10'001; ++i) {
    const auto key = RecentInvites::key_of(invite_of(i));
    recent.add(key);
    recent.end(key, {});
  }
  EXPECT_EQ(recent.size(), 10'000u);
  EXPECT_FALSE(recent.knows(RecentInvites::key_of(invite_of(0)), {}));
}

}  // namespace
}  // namespace tonearm::sip
