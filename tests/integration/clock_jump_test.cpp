#include <cmath>

#include <gtest/gtest.h>
#include <signal.h>

#include "eventually.hpp"
#include "faults.hpp"
#include "histories.hpp"
#include "recording_peer.hpp"
#include "server_fixture.hpp"

// The wall clock is set while calls are up, by more than `calls.keepalive_timeout`. What lasts a time is
// measured on another clock.

namespace tonearm::testing {
namespace {

class ClockJump : public ::testing::TestWithParam<std::chrono::minutes> {};

INSTANTIATE_TEST_SUITE_P(Minutes, ClockJump,
                         ::testing::Values(std::chrono::minutes(50), std::chrono::minutes(-100)),
                         [](const auto& one) { return one.param > 0min ? "forward" : "back"; });

TEST_P(ClockJump, leaves_calls_and_what_they_do_as_long_as_they_are) {
  TempDir dir;
  Bot bot;
  bot.serve("/tone.wav", tone_wav(440, 1.0));
  Faults faults(dir.path(), dir.path() / "data");
  const std::string toml = test_toml(bot, dir.path() / "data");
  ServerProcess server(toml, dir.path(), faults.environment());
  Whistler up(server.at(), bot);
  SipPhone ringing(server.at().sip);
  ringing.send_invite("ivr", ringing.sdp());
  const std::string incoming = bot.wait_incoming();
  const auto before = up.record(R"("maxRecordDurationInSeconds":2)");

  faults.clock(GetParam());
  const auto record = bot.wait_operation_end(before.id());
  ASSERT_TRUE(record);
  EXPECT_NEAR(captured_seconds(*record), 2.0, 0.03);

  ApiClient api(server.at().http, token_for(server.at()));  // a token of the new time
  EXPECT_EQ(api.answer(incoming, bot.url()).status(), 202);
  EXPECT_TRUE(ringing.wait_status(200, "INVITE"));
  ringing.send_ack();
  const auto play = api.play(incoming, bot.url("/tone.wav"));
  ASSERT_EQ(play.status(), 200) << play.response.body;
  const auto played = bot.wait_operation_end(play.id());
  ASSERT_TRUE(played);
  EXPECT_EQ(played->text("status"), "completed");
  EXPECT_EQ(played->data().at("@tonearm.sentMs").to_number<int>(), 1000);

  for (const std::string& call : {up.id, incoming}) {
    EXPECT_EQ(api.get("/" + call).text("state"), "established");
    EXPECT_EQ(api.hang_up(call).status(), 204);
  }
  EXPECT_TRUE(up.phone.wait_request("BYE"));
  EXPECT_TRUE(ringing.wait_request("BYE"));
  for (const std::string& call : {up.id, incoming})
    EXPECT_TRUE(eventually([&] { return histories(bot.heard())[call].over; }));
  EXPECT_TRUE(eventually([&] { return metric(server.at(), "tonearm_notifications_pending") == 0; }));
  for (const auto& [call, history] : histories(bot.heard()))
    EXPECT_EQ(history.faults, std::vector<std::string>());
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

}  // namespace
}  // namespace tonearm::testing
