// Design §7b: past what the server can carry new calls are refused, and those that are up do not notice.

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intruder.hpp"
#include "server_fixture.hpp"
#include "sip_callee.hpp"

namespace tonearm::testing {
namespace {

constexpr const char* kAda = "00000000-0000-4000-8000-000000000101";

app::ServerOptions busy_early() {
  app::ServerOptions options;
  // What a flood takes of signalling, even on a machine that others fill; a call that is up takes nothing of
  // it.
  options.overload.busy = {2, 0.001, 2};
  options.overload.relief = 0.0008;
  return options;
}

class OverloadedServer : public ::testing::Test {
 protected:
  OverloadedServer() : server(settings(), busy_early()) {}
  config::Settings settings() {
    auto made = test_settings(bot, dir.path());
    add_user(made, kAda, ada.contact());
    return made;
  }
  ApiAnswer create(ApiClient& api) {
    return api.request("POST", "",
                       R"({"callbackUri":")" + bot.url() + R"(","targets":[{"identity":{"user":{"id":")" +
                           kAda +
                           R"("}}}],"requestedModalities":["audio"],"mediaConfig":)"
                           R"({"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})");
  }
  /// What the server says of itself, within 20 s.
  bool wait_overloaded(bool wanted) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < deadline) {
      if (metric(server.at(), "tonearm_overloaded") == (wanted ? 1 : 0)) return true;
      std::this_thread::sleep_for(10ms);  // the page cannot tell when it changes
    }
    return false;
  }

  TempDir dir;
  Bot bot;
  SipCallee ada;
  LocalServer server;
};

TEST_F(OverloadedServer, refuses_new_calls_on_both_sides_keeps_those_it_has_and_takes_calls_again) {
  LiveCall call(server.at(), bot);
  const std::size_t before = call.phone.rtp().count();
  const std::string play = play_for_ever(call);
  ASSERT_FALSE(play.empty());
  ASSERT_TRUE(wait_overloaded(false));  // what the call's own beginning took is forgotten

  std::jthread flood([this](const std::stop_token& stop) {
    SipStranger flooder(server.at().sip, "127.0.0.1");
    const auto limit = std::chrono::steady_clock::now() + 60s;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < limit)
      flooder.flood(100, [&](std::size_t) { return flooder.request("OPTIONS", "100"); });
  });
  ASSERT_TRUE(wait_overloaded(true));
  SipStranger stranger(server.at().sip, "127.0.0.1");
  const std::size_t heard = bot.heard().size();
  const auto refused = stranger.ask(stranger.invite("ivr"));
  const auto created = create(call.api);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 503) << refused->text;
  EXPECT_FALSE(refused->header("Retry-After").empty());
  EXPECT_THAT(refused->header("Warning"), ::testing::HasSubstr("signalling is as busy as it may be"));
  EXPECT_EQ(created.status(), 503) << created.response.body;
  EXPECT_FALSE(created.response.header("retry-after").empty());
  EXPECT_EQ(bot.heard().size(), heard) << "a bot heard of a refused call";

  // The call that is up: every packet, and whatever its bot asks.
  const auto packets = call.phone.rtp().heard();
  for (std::size_t i = before + 1; i < packets.size(); ++i)
    ASSERT_EQ(static_cast<std::uint16_t>(packets[i].sequence - packets[i - 1].sequence), 1) << i;
  EXPECT_EQ(call.api.cancel(call.id).status(), 200);
  EXPECT_TRUE(bot.wait_operation_end(play));

  flood = {};
  ASSERT_TRUE(wait_overloaded(false));
  const LiveCall another(server.at(), bot);
  EXPECT_FALSE(another.id.empty());
}

}  // namespace
}  // namespace tonearm::testing
