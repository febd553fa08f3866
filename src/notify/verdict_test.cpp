#include "notify/verdict.hpp"

#include <gtest/gtest.h>

#include "net/errc.hpp"

namespace tonearm::notify {
namespace {

using namespace std::chrono_literals;

const base::WallTime kNow = base::WallClock::from_time_t(1'800'000'000);  // Fri, 15 Jan 2027 08:00:00 GMT

TEST(Verdict, every_2xx_is_delivered_and_only_what_may_get_better_is_tried_again) {
  const std::pair<int, Verdict> table[] = {
      {200, Verdict::delivered}, {202, Verdict::delivered}, {204, Verdict::delivered},
      {299, Verdict::delivered}, {300, Verdict::refused},   {302, Verdict::refused},
      {304, Verdict::refused},   {400, Verdict::refused},   {401, Verdict::refused},
      {403, Verdict::refused},   {404, Verdict::refused},   {410, Verdict::refused},
      {408, Verdict::try_again}, {425, Verdict::try_again}, {429, Verdict::try_again},
      {500, Verdict::try_again}, {502, Verdict::try_again}, {503, Verdict::try_again},
      {599, Verdict::try_again}, {101, Verdict::try_again}};
  for (const auto& [status, verdict] : table) {
    EXPECT_EQ(judge(PostAnswer{status, {}}, kNow).verdict, verdict) << status;
  }
}

TEST(Verdict, a_broken_connection_is_tried_again_and_a_forbidden_address_is_not) {
  for (const auto errc : {net::NetErrc::connect_failed, net::NetErrc::timed_out, net::NetErrc::name_not_found,
                          net::NetErrc::tls_failed, net::NetErrc::connection_closed,
                          net::NetErrc::answer_incomplete, net::NetErrc::bad_response}) {
    EXPECT_EQ(judge(base::fail(errc), kNow).verdict, Verdict::try_again);
  }
  for (const auto errc :
       {net::NetErrc::invalid_url, net::NetErrc::address_refused, net::NetErrc::too_many_redirects}) {
    EXPECT_EQ(judge(base::fail(errc), kNow).verdict, Verdict::refused);
  }
}

TEST(Verdict, the_reason_names_the_class_and_not_what_the_far_end_wrote) {
  EXPECT_EQ(judge(PostAnswer{503, "3"}, kNow).reason, "answered 503");
  EXPECT_EQ(judge(base::fail(net::NetErrc::connect_failed, "10.0.0.1 said no"), kNow).reason.find("10.0.0.1"),
            std::string::npos);
}

TEST(Verdict, retry_after_is_seconds_or_a_date) {
  EXPECT_EQ(parse_retry_after("120", kNow), 120s);
  EXPECT_EQ(parse_retry_after("Fri, 15 Jan 2027 08:00:30 GMT", kNow), 30s);
  EXPECT_EQ(parse_retry_after("Fri, 15 Jan 2027 07:00:00 GMT", kNow), 0s);
  // Beyond what a clock that counts nanoseconds can say.
  EXPECT_GT(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", kNow), std::chrono::hours(24 * 365 * 7900));
  for (const char* text : {"", "soon", "-1", "1.5", "99999999999", "Fri, 15 Jan 2027"}) {
    EXPECT_FALSE(parse_retry_after(text, kNow)) << text;
  }
}

TEST(Verdict, pauses_double_up_to_ten_seconds_and_differ_by_a_fifth) {
  EXPECT_EQ(backoff(0, 0.5), 200ms);
  EXPECT_EQ(backoff(3, 0.5), 1600ms);
  EXPECT_EQ(backoff(0, 0.0), 160ms);
  EXPECT_LE(backoff(0, 0.999), 240ms);
  EXPECT_EQ(backoff(1'000'000, 0.999), 10s);
}

}  // namespace
}  // namespace tonearm::notify
