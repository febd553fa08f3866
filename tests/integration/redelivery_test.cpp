// docs/notifications.md: what was parked is seen on the admin listener and sent again on command.

#include <atomic>

#include <gtest/gtest.h>
#include <signal.h>

#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

/// What the admin listener lists as parked.
boost::json::array parked(ApiClient& admin) {
  return admin.get("/notifications?state=parked").json().at("notifications").as_array();
}

/// Waits until that many are parked.
boost::json::array wait_parked(const Listeners& at, ApiClient& admin, std::size_t count) {
  EXPECT_TRUE(wait_metric(at, "tonearm_notifications_parked", static_cast<double>(count)));
  const auto list = parked(admin);
  EXPECT_EQ(list.size(), count);
  return list;
}

int redeliver(ApiClient& admin, const std::string& id) {
  return admin.request("POST", "/notifications/" + id + "/redeliver", {}, "").status();
}

std::string text_of(const boost::json::value& entry, const char* member) {
  return std::string(entry.at(member).as_string());
}

/// Refuses what says that a play has ended, for good.
int refuse_endings(const Heard& heard) {
  return heard.change() == "deleted" && heard.text("state").empty() ? 403 : 202;
}

/// A server process and a call whose play's ending its bot has refused.
class RedeliveryTest : public ::testing::Test {
 protected:
  RedeliveryTest() {
    bot.serve("/short.wav", tone_wav(440, 0.1));
    bot.answer_with(refuse_endings);
    start();
    call.emplace(server->at(), bot);
    play = call->api.play(call->id, bot.url("/short.wav"), "mine").id();
  }
  void start() {
    server.emplace(toml, dir.path());
    admin.emplace(server->at().admin, kAdminToken, "/tonearm");
  }
  void refuse_whom_it_does_not_concern(const std::string& id) {
    ApiClient stranger(server->at().admin, "", "/tonearm");
    EXPECT_EQ(stranger.get("/notifications").status(), 401);
    EXPECT_EQ(redeliver(stranger, id), 401);
    EXPECT_EQ(admin->get("/notifications/" + id + "/redeliver").status(), 405);
    EXPECT_EQ(redeliver(*admin, base::Guid::random().to_string()), 404);
    EXPECT_EQ(redeliver(*admin, "nonsense"), 404);
  }
  std::optional<Heard> ending() {
    return bot.wait([this](const Heard& h) { return h.url().ends_with("/operations/" + play); });
  }

  TempDir dir;
  Bot bot;
  const std::string toml = test_toml(bot, dir.path() / "data");
  std::optional<ServerProcess> server;
  std::optional<ApiClient> admin;
  std::optional<LiveCall> call;
  std::string play;
};

TEST_F(RedeliveryTest,
       a_refused_ending_is_listed_and_sent_again_with_its_number_and_message_id_after_later_ones) {
  const auto refused = ending();
  ASSERT_TRUE(refused);
  const auto list = wait_parked(server->at(), *admin, 1);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(text_of(list[0], "call"), call->id);
  EXPECT_EQ(text_of(list[0], "applicationId"), kApplication);
  EXPECT_EQ(text_of(list[0], "lastError"), "answered 403");
  EXPECT_EQ(list[0].at("attempts").to_number<int>(), 1);
  EXPECT_EQ(text_of(list[0], "etag"), refused->text("@odata.etag"));
  EXPECT_EQ(text_of(list[0], "id"), refused->request.header("x-microsoft-skype-message-id"));

  const std::string id = text_of(list[0], "id");
  refuse_whom_it_does_not_concern(id);

  call->phone.send_bye();
  ASSERT_TRUE(bot.wait_state("terminated"));
  bot.answer_with([](const Heard&) { return 503; });
  EXPECT_EQ(redeliver(*admin, id), 202);
  EXPECT_TRUE(ending());
  EXPECT_EQ(redeliver(*admin, id), 409);
  bot.answer_with([](const Heard&) { return 202; });
  EXPECT_TRUE(wait_metric(server->at(), "tonearm_notifications_delivered_total", 6));
  const auto again = bot.heard().back();
  EXPECT_EQ(again.request.body, refused->request.body);
  EXPECT_EQ(again.request.header("x-microsoft-skype-message-id"), id);
  EXPECT_TRUE(parked(*admin).empty());
}

TEST_F(RedeliveryTest, a_kill_between_the_command_and_the_delivery_loses_nothing) {
  ASSERT_TRUE(ending());
  const std::string id = text_of(wait_parked(server->at(), *admin, 1).at(0), "id");
  bot.answer_with([](const Heard&) { return 503; });
  EXPECT_EQ(redeliver(*admin, id), 202);
  ASSERT_TRUE(ending());
  server->signal(SIGKILL);
  server->wait();
  std::atomic<bool> taken = false;
  bot.answer_with([&](const Heard& h) {
    if (h.request.header("x-microsoft-skype-message-id") == id) taken = true;
    return 202;
  });
  start();
  EXPECT_TRUE(bot.wait_state("terminated"));  // its number is higher
  EXPECT_TRUE(taken);
  bot.answer_with(nullptr);
}

}  // namespace
}  // namespace tonearm::testing
