// design §5: SIGTERM refuses new calls, lets the running ones go on for `server.drain`, ends the rest with
// their notifications, flushes the outbox and exits with 0; a second one does so at once.

#include <atomic>
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "eventually.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using ::testing::HasSubstr;

std::string with_drain(std::string toml, const std::string& drain) {
  const std::string none = "drain = \"0s\"";
  return toml.replace(toml.find(none), none.size(), "drain = \"" + drain + "\"");
}

int readiness(const Listeners& at) {
  return ApiClient(at.admin, "", "/tonearm").get("/health/ready").status();
}

/// The signal is out when the server says that it is not ready any more.
bool wait_draining(const Listeners& at) {
  return eventually([&] { return readiness(at) == 503; });
}

void expect_exit_0(ServerProcess& server) {
  const int status = server.wait();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

/// A server with one call up that plays a long prompt.
struct Draining {
  explicit Draining(const std::string& drain)
      : server(with_drain(test_toml(bot, dir.path() / "data", "may_call = [\"*\"]\n"), drain), dir.path()),
        call(server.at(), bot) {
    bot.serve("/long.wav", tone_wav(440, 20.0));
    play = call.api.play(call.id, bot.url("/long.wav")).id();
    EXPECT_TRUE(call.phone.rtp().wait_voiced(5));
  }
  /// Both endings, as the server wanted them.
  void expect_ended_by_the_server() {
    EXPECT_TRUE(call.phone.wait_request("BYE"));
    const auto operation = bot.wait_operation_end(play);
    ASSERT_TRUE(operation);
    EXPECT_EQ(operation->data().at("resultInfo").at("subcode").to_number<int>(), 8508);
    const auto ended = bot.wait_state("terminated");
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->text("id"), call.id);
  }

  TempDir dir;
  Bot bot;
  ServerProcess server;
  LiveCall call;
  std::string play;
};

TEST(Drain, refuses_new_calls_with_503_on_sip_and_http_while_the_running_one_goes_on_to_its_own_end) {
  Draining scene("1h");
  scene.server.signal(SIGTERM);
  ASSERT_TRUE(wait_draining(scene.server.at()));
  EXPECT_EQ(ApiClient(scene.server.at().admin, "", "/tonearm").get("/health/live").status(), 200);

  SipPhone late(scene.server.at().sip);
  late.send_invite("ivr", late.sdp());
  const auto refused = late.wait_final("INVITE");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 503);
  EXPECT_FALSE(refused->header("Retry-After").empty());

  const auto order = scene.call.api.request(
      "POST", "",
      R"({"callbackUri":")" + scene.bot.url() +
          R"(","targets":[{"identity":{"phone":{"id":"+14255550101"}}}],"requestedModalities":["audio"],)"
          R"("mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})");
  EXPECT_EQ(order.status(), 503) << order.response.body;
  EXPECT_FALSE(order.response.header("retry-after").empty());
  EXPECT_THAT(order.response.body, HasSubstr("shutting down"));

  const std::size_t before = scene.call.phone.rtp().count();
  EXPECT_EQ(scene.call.api.cancel(scene.call.id).status(), 200);
  const auto next = scene.call.api.play(scene.call.id, scene.bot.url("/long.wav"));
  EXPECT_EQ(next.status(), 200);
  EXPECT_TRUE(scene.call.phone.rtp().wait_voiced_from(before, 5));

  scene.call.phone.send_bye();
  const auto ended = scene.bot.wait_state("terminated");
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->data().at("resultInfo").at("subcode").to_number<int>(), 4521);  // the phone hung up
  expect_exit_0(scene.server);
}

TEST(Drain, what_is_up_when_the_time_is_over_ends_with_its_notifications) {
  Draining scene("500ms");
  const auto begun = std::chrono::steady_clock::now();
  scene.server.signal(SIGTERM);
  scene.expect_ended_by_the_server();
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 500ms);
  expect_exit_0(scene.server);
}

TEST(Drain, a_second_sigterm_ends_the_calls_at_once) {
  Draining scene("1h");
  scene.server.signal(SIGTERM);
  ASSERT_TRUE(wait_draining(scene.server.at()));
  scene.server.signal(SIGTERM);
  scene.expect_ended_by_the_server();
  expect_exit_0(scene.server);
}

TEST(Drain, what_the_bot_does_not_take_at_first_is_delivered_before_the_end) {
  std::atomic<unsigned> posts = 0;
  Draining scene("0s");
  scene.bot.answer_with([&](const Heard&) { return ++posts % 2 == 0 ? 202 : 500; });  // the second time only
  scene.server.signal(SIGTERM);
  expect_exit_0(scene.server);
  std::vector<std::string> endings;
  for (const auto& heard : scene.bot.heard()) {
    if (heard.change() == "deleted") endings.push_back(heard.text("id"));
  }
  const std::string &play = scene.play, &call = scene.call.id;
  EXPECT_THAT(endings, ::testing::ElementsAre(play, play, call, call));
}

TEST(Drain, a_second_sigterm_leaves_what_a_silent_bot_does_not_take_to_the_next_start) {
  Draining scene("0s");
  scene.bot.answer_with([](const Heard&) { return 0; });
  scene.server.signal(SIGTERM);
  ASSERT_TRUE(scene.bot.wait_operation_end(scene.play));  // heard, never answered
  scene.server.signal(SIGTERM);
  expect_exit_0(scene.server);

  scene.bot.answer_with([](const Heard&) { return 202; });
  const ServerProcess next(test_toml(scene.bot, scene.dir.path() / "data"), scene.dir.path());
  EXPECT_TRUE(scene.bot.wait_operation_end(scene.play));
  EXPECT_TRUE(scene.bot.wait_state("terminated"));
}

}  // namespace
}  // namespace tonearm::testing
