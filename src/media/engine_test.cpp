#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/rtcp_packet.hpp"
#include "media/testing/engine_fixture.hpp"

namespace tonearm::media::testing {
namespace {

class SessionTest : public EngineTest {};

TEST_P(SessionTest, the_end_of_a_session_says_goodbye_and_is_the_last_report) {
  open();
  if (!session_) return;
  play(1, marked_prompt(1000, 0x11));
  ASSERT_TRUE(log_.wait<Started>());
  session_->post_close();
  session_->post_close();
  const auto closed = log_.wait<Closed>();
  ASSERT_TRUE(closed);
  EXPECT_TRUE(std::holds_alternative<Closed>(log_.all().back()));
  ASSERT_TRUE(phone_.listen_until([&] { return !phone_.reports.empty(); }));
  const auto summary = parse_rtcp(phone_.reports.back(), 0);
  ASSERT_TRUE(summary);
  EXPECT_TRUE(summary->bye);
  ASSERT_TRUE(summary->sender);
  EXPECT_EQ(summary->sender->packets, closed->stats.packets_sent);
  session_->post_stop(1, {1});
  EXPECT_EQ(log_.wait<Stopped>()->results[0].outcome, StopOutcome::nothing);
}

TEST_P(SessionTest, ports_run_out_clearly_and_come_back_after_a_close) {
  options_.ports = {.first = 32000, .last = 32003};
  open();
  if (!session_) return;
  ReportLog second;
  auto other = engine_->open({.sink = second.sink(), .settings = {}, .address = {}, .tap = nullptr});
  ASSERT_TRUE(other);
  const auto third =
      engine_->open({.sink = [](const Report&) {}, .settings = {}, .address = {}, .tap = nullptr});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().message(), "no free media port");
  (*other)->post_close();
  ASSERT_TRUE(second.wait<Closed>());
  ReportLog again;
  const auto deadline = base::SteadyClock::now() + seconds(5);
  while (!engine_->open({.sink = again.sink(), .settings = {}, .address = {}, .tap = nullptr}))
    ASSERT_LT(base::SteadyClock::now(), deadline);
  ASSERT_TRUE(again.wait<Opened>());
  engine_.reset();
}

TEST_P(SessionTest, ipv6_is_served_like_ipv4) {
  options_.address = "::1";
  Phone phone("::1");
  StreamSettings settings;
  settings.remote = phone.address();
  settings.rtcp_mux = true;
  open(settings);
  if (!session_) return;
  ASSERT_TRUE(phone.hear(3));
  for (int i = 0; i < 5; ++i) phone.speak(session_->local_rtp());
  ASSERT_TRUE(phone.hear(3));
  session_->post_close();
  EXPECT_EQ(log_.wait<Closed>()->stats.packets_received, 5U);
}

TONEARM_ON_BOTH_BACKENDS(SessionTest);

}  // namespace
}  // namespace tonearm::media::testing
