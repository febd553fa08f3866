#include <chrono>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "eventually.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

TEST(Process, kill_9_in_mid_call_then_restart_ends_everything_once_in_order_and_hangs_up_the_phone) {
  TempDir dir;
  Bot bot;
  bot.serve("/long.wav", tone_wav(440, 20.0));
  const std::string toml = test_toml(bot, dir.path() / "data");
  auto server = std::make_unique<ServerProcess>(toml, dir.path());
  LiveCall call(server->at(), bot);
  const auto first = call.api.play(call.id, bot.url("/long.wav"), "one");
  const auto second = call.api.play(call.id, bot.url("/long.wav"), "two");
  ASSERT_EQ(second.status(), 200);
  ASSERT_TRUE(call.phone.rtp().wait_voiced(5));
  server->signal(SIGKILL);
  server->wait();

  server = std::make_unique<ServerProcess>(toml, dir.path());
  EXPECT_TRUE(call.phone.wait_request("BYE"));
  for (const auto& id : {first.id(), second.id()}) {
    const auto end = bot.wait_operation_end(id);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->text("status"), "failed");
    EXPECT_EQ(end->data().at("resultInfo").at("subcode").to_number<int>(), 9999);
  }
  ASSERT_TRUE(bot.wait_state("terminated"));
  std::vector<std::string> ended;
  for (const auto& heard : bot.heard()) {
    if (heard.change() == "deleted") ended.push_back(heard.text("id"));
  }
  EXPECT_THAT(ended, ::testing::ElementsAre(first.id(), second.id(), call.id));
}

TEST(Process, stopped_for_300_ms_in_mid_prompt_goes_on_without_a_burst_and_sends_the_whole_prompt) {
  TempDir dir;
  Bot bot;
  bot.serve("/tone.wav", tone_wav(440, 3.0));
  ServerProcess server(test_toml(bot, dir.path() / "data"), dir.path());
  LiveCall call(server.at(), bot);
  const std::size_t before = call.phone.rtp().count();
  const auto play = call.api.play(call.id, bot.url("/tone.wav"));
  ASSERT_TRUE(call.phone.rtp().wait_voiced_from(before, 10));
  server.signal(SIGSTOP);
  std::this_thread::sleep_for(300ms);  // the stall under test
  const std::int64_t resumed = realtime_ns();
  server.signal(SIGCONT);
  const auto end = bot.wait_operation_end(play.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->data().at("@tonearm.sentMs").to_number<int>(), 3000);

  EXPECT_TRUE(call.phone.rtp().wait_voiced_from(before, 150));
  const auto packets = call.phone.rtp().heard();
  std::size_t voiced = 0, burst = 0;
  const HeardPacket* previous = nullptr;
  bool gap_seen = false;
  for (std::size_t i = before; i < packets.size(); ++i) {
    const auto& packet = packets[i];
    if (packet.voiced()) ++voiced;
    if (packet.at_ns > resumed && packet.at_ns < resumed + 10'000'000) ++burst;
    if (previous && packet.at_ns - previous->at_ns > 200'000'000) {
      gap_seen = true;
      EXPECT_TRUE(packet.marker);
      EXPECT_EQ(static_cast<std::uint16_t>(packet.sequence - previous->sequence), 1);
      EXPECT_GE(packet.timestamp - previous->timestamp, 160u * 9);  // a tick may be 20 ms late
    }
    previous = &packet;
  }
  EXPECT_TRUE(gap_seen);
  EXPECT_EQ(voiced, 150u);
  EXPECT_LE(burst, 2u);
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

int answer_to_call(const Listeners& at, const std::string& user) {
  SipPhone phone(at.sip);
  phone.send_invite(user, phone.sdp());
  const auto final = phone.wait_final("INVITE");
  return final ? final->status() : 0;
}

TEST(Process, sighup_takes_over_secrets_addresses_and_limits_and_the_calls_that_are_up_go_on) {
  TempDir dir;
  Bot bot;
  const std::string toml = test_toml(bot, dir.path() / "data");
  ServerProcess server(toml, dir.path());
  LiveCall call(server.at(), bot);
  std::ofstream(dir.path() / "tonearm.toml")
      << replaced(replaced(toml, kSecret, "another"), "[\"ivr\"]", "[\"sales\"]") << "max_calls = 1\n";
  server.signal(SIGHUP);
  EXPECT_TRUE(eventually(
      [&] { return !ApiClient::fetch_token(server.at().http, kTenant, kApplication, "another").empty(); }));
  EXPECT_EQ(token_for(server.at()), "");
  EXPECT_EQ(answer_to_call(server.at(), "ivr"), 404);
  EXPECT_EQ(answer_to_call(server.at(), "sales"), 486);  // the call that is up is the only one it may have
  EXPECT_EQ(call.api.get("/" + call.id).text("state"), "established");
  EXPECT_EQ(call.api.hang_up(call.id).status(), 204);
  EXPECT_TRUE(bot.wait_state("terminated"));
}

TEST(Process, second_server_on_the_same_data_directory_is_refused) {
  TempDir dir;
  Bot bot;
  const std::string toml = test_toml(bot, dir.path() / "data");
  ServerProcess server(toml, dir.path());
  EXPECT_THROW(ServerProcess(toml, dir.path()), std::runtime_error);
}

}  // namespace
}  // namespace tonearm::testing
