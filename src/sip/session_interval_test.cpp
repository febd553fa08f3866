#include "sip/session_interval.hpp"

#include <gtest/gtest.h>

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kPreferred{1800};

struct Ask {
  bool knows_timers = true;
  std::optional<SessionExpires> expires;
  std::optional<std::uint32_t> min_se;
};

Message asking(const Ask& ask) {
  Message message;
  message.method = "INVITE";
  if (ask.knows_timers) message.supported = {"replaces", "Timer"};
  message.session_expires = ask.expires;
  message.min_se = ask.min_se;
  return message;
}

struct Row {
  const char* name;
  Ask ask;
  std::optional<SessionInterval> before;
  std::optional<SessionInterval> agreed;
};

// RFC 4028 §9, table 2, and what we choose where it leaves the choice.
TEST(session_interval, the_answer_follows_the_table) {
  const Row rows[] = {
      {"nobody speaks of it", {false, {}, {}}, {}, {}},
      {"a proxy asks for a caller that cannot",
       {false, SessionExpires{600, {}}, {}},
       {},
       SessionInterval{600s, true}},
      {"the caller can: we ask, it refreshes", {true, {}, {}}, {}, SessionInterval{1800s, false}},
      {"the caller asks", {true, SessionExpires{600, {}}, {}}, {}, SessionInterval{600s, false}},
      {"it will refresh", {true, SessionExpires{600, Refresher::uac}, {}}, {}, SessionInterval{600s, false}},
      {"we shall refresh", {true, SessionExpires{600, Refresher::uas}, {}}, {}, SessionInterval{600s, true}},
      {"more than we grant", {true, SessionExpires{86400, {}}, {}}, {}, SessionInterval{1800s, false}},
      {"not below its minimum", {true, SessionExpires{86400, {}}, 3600}, {}, SessionInterval{3600s, false}},
      {"the roles stay",
       {true, SessionExpires{600, {}}, {}},
       SessionInterval{600s, true},
       SessionInterval{600s, true}},
      {"unless it says otherwise",
       {true, SessionExpires{600, Refresher::uac}, {}},
       SessionInterval{600s, true},
       SessionInterval{600s, false}},
  };
  for (const Row& row : rows)
    EXPECT_EQ(accept_interval(asking(row.ask), kPreferred, row.before), row.agreed) << row.name;
}

TEST(session_interval, less_than_90_s_is_422_with_our_minimum_for_those_who_can_read_it) {
  const auto refusal = refuse_brief_interval(asking({true, SessionExpires{89, {}}, {}}));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 422);
  EXPECT_NE(refusal->headers.find("Min-SE: 90\r\n"), std::string::npos);
  EXPECT_FALSE(refuse_brief_interval(asking({true, SessionExpires{90, {}}, {}})));
  EXPECT_FALSE(refuse_brief_interval(asking({false, SessionExpires{60, {}}, {}})));
  EXPECT_FALSE(refuse_brief_interval(asking({true, {}, {}})));
}

TEST(session_interval, the_answer_requires_the_extension_of_a_caller_that_is_to_refresh) {
  EXPECT_EQ(acceptance_lines(SessionInterval{600s, false}),
            "Session-Expires: 600;refresher=uac\r\nRequire: timer\r\n");
  EXPECT_EQ(acceptance_lines(SessionInterval{600s, true}), "Session-Expires: 600;refresher=uas\r\n");
  EXPECT_EQ(acceptance_lines(std::nullopt), "");
}

TEST(session_interval, a_request_names_a_minimum_only_if_it_is_not_the_usual_one) {
  EXPECT_EQ(request_lines(600s, 90s), "Supported: 100rel, timer\r\nSession-Expires: 600\r\n");
  EXPECT_EQ(request_lines(600s, 120s), "Supported: 100rel, timer\r\nSession-Expires: 600\r\nMin-SE: 120\r\n");
  EXPECT_NE(refresh_lines({90s, true}, 90s).find("Session-Expires: 90;refresher=uac\r\n"), std::string::npos);
}

TEST(session_interval, what_a_2xx_says_of_it) {
  Message ok;
  EXPECT_FALSE(interval_of_answer(ok, std::nullopt));
  EXPECT_EQ(interval_of_answer(ok, SessionInterval{600s, true}), (SessionInterval{600s, true}));
  ok.session_expires = SessionExpires{300, Refresher::uas};
  EXPECT_EQ(interval_of_answer(ok, std::nullopt), (SessionInterval{300s, false}));
  ok.session_expires = SessionExpires{1, Refresher::uac};
  EXPECT_EQ(interval_of_answer(ok, std::nullopt), (SessionInterval{90s, true}));  // no flood of refreshes
}

TEST(session_interval, half_way_a_refresh_and_before_the_end_a_bye) {
  EXPECT_EQ(refresh_after({1800s, true}), 900s);
  EXPECT_EQ(expires_after({1800s, true}), 1768s);
  EXPECT_EQ(expires_after({90s, true}), 60s);
}

}  // namespace
}  // namespace tonearm::sip
