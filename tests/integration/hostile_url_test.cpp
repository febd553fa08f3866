// docs/threat-model.md, URLs that a bot names: whatever they look like, the server goes where its
// configuration allows, and nowhere else.

#include <atomic>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_listener.hpp"
#include "prompt_source.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using ::testing::AnyOf;

/// A port at an address that is not allowed; whoever connects to it is found out.
class Trap {
 public:
  Trap() : socket_(SOCK_STREAM, {"127.0.0.2", 0}) { ::listen(socket_.fd(), 16); }
  [[nodiscard]] std::uint16_t port() const { return socket_.local().port; }
  [[nodiscard]] bool sprung() const { return socket_.readable(0ms); }

  /// Every way to write its address that anything in the server, or below it, may understand.
  [[nodiscard]] std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (const char* host : {"127.0.0.2",
                             "127.2",
                             "127.0.2",
                             "0177.0.0.2",
                             "0x7f.0.0.2",
                             "0x7f000002",
                             "2130706434",
                             "017700000002",
                             "[::ffff:127.0.0.2]",
                             "[::ffff:7f00:2]",
                             "[0:0:0:0:0:ffff:7f00:0002]",
                             "[64:ff9b::7f00:2]",
                             "[::127.0.0.2]",
                             "[2002:7f00:2::]",
                             "%31%32%37.0.0.2",
                             "127.0.0.2.",
                             "ada:secret@127.0.0.2",
                             "127.0.0.1@127.0.0.2",
                             "127.0.0.1%40127.0.0.2",
                             "127.0.0.1:80@127.0.0.2",
                             "127.0.0.1\\\\@127.0.0.2",
                             "127.0.0.1%00@127.0.0.2",
                             "\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.2",
                             "127\xe3\x80\x82"
                             "0.0.2",
                             "127.0.0.2%23.example.invalid",
                             "127.0.0.2%2f",
                             "127.0.0.2%0d%0aX-More:1"})
      all.push_back(fmt::format("http://{}:{}/a.wav", host, port()));
    for (const char* text :
         {"http://127.0.0.1#@127.0.0.2:{}/", "http://127.0.0.2:{}#@127.0.0.1/", "http:/127.0.0.2:{}/",
          "http:127.0.0.2:{}/", "//127.0.0.2:{}/", "http:////127.0.0.2:{}/", "HTTP://127.0.0.2:{}/",
          " http://127.0.0.2:{}/", "http://127.0.0.2:{}/\\r\\nHost: x", "gopher://127.0.0.2:{}/",
          "ftp://127.0.0.2:{}/", "file://127.0.0.2:{}/etc/passwd", "https://127.0.0.2:{}/"})
      all.push_back(fmt::format(fmt::runtime(text), port()));
    return all;
  }

 private:
  Socket socket_;
};

/// Places that are refused whatever is configured.
std::vector<std::string> never() {
  return {"http://169.254.169.254/latest/meta-data",
          "http://[::ffff:169.254.169.254]/",
          "http://2852039166/",
          "http://0xa9fea9fe/",
          "http://0251.0376.0251.0376/",
          "http://[fd00:ec2::254]/",
          "http://100.100.100.200/",
          "http://169.254.7.7/",
          "http://[fe80::1]/",
          "http://224.0.0.1/",
          "http://255.255.255.255/",
          "http://0.0.0.0/",
          "http://[::]/",
          "http://0/"};
}

class HostileUrl : public ::testing::Test {
 protected:
  /// As on a network: only 127.0.0.1 is allowed, and what the configuration names.
  config::Settings strict() {
    auto settings = test_settings(bot, dir.path());
    settings.dev = false;
    settings.admin.token = base::Secret(kAdminToken);
    settings.prompts.allow_networks = {base::Network::parse("127.0.0.1/32").value()};
    settings.notifications.allow_networks = settings.prompts.allow_networks;
    return settings;
  }

  TempDir dir;
  Bot bot;
  Trap trap;
};

TEST_F(HostileUrl, of_a_prompt_leads_to_no_address_that_is_not_allowed) {
  LocalServer server(strict());
  LiveCall call(server.at(), bot);
  auto urls = trap.urls();
  for (const std::string& place : never()) urls.push_back(place);
  for (const std::string& url : urls) {
    const auto play = call.api.play(call.id, url);
    ASSERT_THAT(play.status(), AnyOf(200, 400)) << url;
    if (play.status() == 400) continue;
    const auto end = bot.wait_operation_end(play.id());
    ASSERT_TRUE(end) << url;
    EXPECT_EQ(end->text("status"), "failed") << url;
    EXPECT_FALSE(trap.sprung()) << url;
  }
  // The trap would have told: this one it does not refuse.
  EXPECT_FALSE(trap.sprung());
  bot.serve("/good.wav", tone_wav(440, 0.1));
  const auto good = bot.wait_operation_end(call.api.play(call.id, bot.url("/good.wav")).id());
  ASSERT_TRUE(good);
  EXPECT_EQ(good->text("status"), "completed");
}

TEST_F(HostileUrl, behind_a_redirect_of_a_prompt_is_judged_like_the_first) {
  LocalServer server(strict());
  LiveCall call(server.at(), bot);
  PromptSource source;
  auto urls = trap.urls();
  for (const std::string& place : never()) urls.push_back(place);
  for (const std::string& url : urls) {
    source.script("/go.wav", [&](const HttpMessage&, PromptPeer& peer) {
      peer.answer("302 Found", "", "Location: " + url + "\r\n");
    });
    const auto play = call.api.play(call.id, source.url("/go.wav"));
    ASSERT_EQ(play.status(), 200) << url;
    const auto end = bot.wait_operation_end(play.id());
    ASSERT_TRUE(end) << url;
    EXPECT_EQ(end->text("status"), "failed") << url;
    EXPECT_FALSE(trap.sprung()) << url;
  }
}

bool wait_until_none(const Listeners& at, const std::string& name) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (metric(at, name) != 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(10ms);  // the page cannot tell when it changes
  return metric(at, name) == 0;
}

std::string order(const std::string& callback) {
  return fmt::format(
      R"({{"callbackUri":"{}","targets":[{{"identity":{{"user":{{"id":"00000000-0000-4000-8000-000000000102"}}}}}}],)"
      R"("requestedModalities":["audio"],"mediaConfig":{{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}}})",
      callback);
}

TEST_F(HostileUrl, of_a_callback_leads_to_no_address_that_is_not_allowed) {
  auto settings = strict();
  const std::uint16_t own = Socket(SOCK_STREAM, {"127.0.0.1", 0}).local().port;
  settings.server.http = {{"127.0.0.1", own}};  // by number: that is what the server knows itself by
  LocalServer server(std::move(settings));
  ApiClient api(server.at().http, token_for(server.at()));
  auto urls = trap.urls();
  for (const std::string& place : never()) urls.push_back(place);
  urls.push_back(fmt::format("http://127.0.0.1:{}/v1.0/communications/calls", own));
  int placed = 0;
  for (const std::string& url : urls) {
    if (url.starts_with("http://127.0.0.1#")) continue;  // an allowed address, where it is tried for a day
    const auto created = api.request("POST", "", order(url));
    ASSERT_THAT(created.status(), AnyOf(201, 400)) << url << created.response.body;
    placed += created.status() == 201;
  }
  EXPECT_GE(placed, 10) << "they are refused for another reason than their address";
  // Nobody is there: each call is over at once, and its news could not be delivered.
  EXPECT_TRUE(wait_metric(server.at(), "tonearm_notifications_parked_total", placed));
  EXPECT_TRUE(wait_until_none(server.at(), "tonearm_calls_active"));
  EXPECT_FALSE(trap.sprung());
  EXPECT_EQ(metric(server.at(), "tonearm_notifications_delivered_total"), 0);
}

TEST_F(HostileUrl, behind_a_redirect_of_a_callback_is_judged_like_the_first) {
  const std::vector<std::string> places = {fmt::format("http://127.0.0.2:{}/", trap.port()),
                                           fmt::format("http://[::ffff:127.0.0.2]:{}/", trap.port()),
                                           fmt::format("http://2130706434:{}/", trap.port()),
                                           "http://169.254.169.254/latest/meta-data"};
  std::atomic<std::size_t> place = 0;
  const HttpListener redirector([&](const HttpMessage&, HttpConnection& connection, const std::stop_token&) {
    connection.write("HTTP/1.1 307 Temporary Redirect\r\nLocation: " + places[place] +
                     "\r\nContent-Length: 0\r\n\r\n");
    return true;
  });
  auto settings = strict();
  settings.applications[0].webhook = redirector.url("/api/calls");
  LocalServer server(std::move(settings));
  for (std::size_t i = 0; i < places.size(); ++i) {
    place = i;
    SipPhone phone(server.at().sip);
    phone.send_invite("ivr", phone.sdp());
    const auto refused = phone.wait_final("INVITE");  // the bot did not take the call
    ASSERT_TRUE(refused) << places[i];
    EXPECT_GE(refused->status(), 400) << places[i];
    EXPECT_FALSE(trap.sprung()) << places[i];
  }
}

}  // namespace
}  // namespace tonearm::testing
