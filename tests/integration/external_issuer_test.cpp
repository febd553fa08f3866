// design §4: tokens of somebody else's issuer, its keys by http or https.

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_issuer.hpp"
#include "net/authority.hpp"
#include "server_fixture.hpp"
#include "sip_callee.hpp"
#include "tls_source.hpp"

namespace tonearm::testing {
namespace {

using boost::json::array;
using boost::json::object;

constexpr const char* kNobodysCall = "/00000000-0000-4000-8000-00000000dead";

class ExternalIssuer : public ::testing::Test {
 protected:
  void start() {
    auto settings = test_settings(bot, dir.path());
    settings.issuers = {idp.settings()};
    server.emplace(std::move(settings));
  }
  /// What a token is worth: 404 if it is taken, as there is no such call.
  int status(const std::string& token) {
    return ApiClient(server->at().http, token).get(kNobodysCall).status();
  }

  TempDir dir;
  Bot bot;
  FakeIssuer idp;
  std::optional<LocalServer> server;
};

TEST_F(ExternalIssuer, whose_token_drives_a_whole_call) {
  bot.serve("/long.wav", tone_wav(440, 20.0));
  start();
  LiveCall call(server->at(), bot, "/v1.0/communications/calls", FakeIssuer::sign("first", idp.claims()));
  ASSERT_EQ(call.api.play(call.id, bot.url("/long.wav")).status(), 200);
  EXPECT_TRUE(call.phone.rtp().wait_voiced(5));
  EXPECT_EQ(call.api.cancel(call.id).status(), 200);
  EXPECT_EQ(call.api.hang_up(call.id).status(), 204);
}

TEST_F(ExternalIssuer, tokens_do_what_their_roles_say_for_their_own_application_and_tenant) {
  SipCallee ada;
  auto settings = test_settings(bot, dir.path());
  settings.issuers = {idp.settings()};
  add_user(settings, "00000000-0000-4000-8000-000000000101", ada.contact());
  server.emplace(std::move(settings));
  const auto create = [&](const boost::json::object& claims) {
    ApiClient api(server->at().http, FakeIssuer::sign("first", claims));
    return api.request(
        "POST", "",
        R"({"callbackUri":")" + bot.url() +
            R"(","targets":[{"identity":{"user":{"id":"00000000-0000-4000-8000-000000000101"}}}],)"
            R"("requestedModalities":["audio"],)"
            R"("mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})");
  };
  const auto refused = [&](const char* claim, boost::json::value value) {
    auto claims = idp.claims();
    claims[claim] = std::move(value);
    const auto answer = create(claims);
    return std::to_string(answer.status()) + " " +
           std::string(answer.json().at("error").at("code").as_string());
  };
  EXPECT_EQ(refused("roles", boost::json::array{"Calls.AccessMedia.All"}), "403 7504");
  EXPECT_EQ(refused("scp", "Calls.Initiate"), "403 7504");
  EXPECT_EQ(refused("idtyp", "user"), "403 7504");
  EXPECT_EQ(refused("tid", kStrangerTenant), "403 7505");
  EXPECT_EQ(refused("azp", "00000000-0000-4000-8000-0000000000ff"), "403 7503");
  EXPECT_EQ(create(idp.claims()).status(), 201);
}

TEST_F(ExternalIssuer, that_rotates_its_key_is_asked_again_and_the_request_waits_for_that) {
  start();
  ASSERT_EQ(status(FakeIssuer::sign("first", idp.claims())), 404);
  const auto before = idp.asked();
  idp.publish({"first", "second"});
  EXPECT_EQ(status(FakeIssuer::sign("second", idp.claims())), 404);
  EXPECT_EQ(idp.asked(), before + 1);
  EXPECT_EQ(status(FakeIssuer::sign("first", idp.claims())), 404);
  EXPECT_EQ(idp.asked(), before + 1);
}

TEST_F(ExternalIssuer, is_not_asked_for_each_unknown_key) {
  start();
  ASSERT_TRUE(idp.wait_asked(1));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(status(FakeIssuer::sign("second", idp.claims())), 401);
  EXPECT_LE(idp.asked(), 4u);  // three at once, and one if this takes ten seconds
}

TEST_F(ExternalIssuer, that_is_down_keeps_its_keys_in_use) {
  start();
  ASSERT_EQ(status(FakeIssuer::sign("first", idp.claims())), 404);
  idp.go_down();
  EXPECT_EQ(status(FakeIssuer::sign("second", idp.claims())), 401);  // it was asked, in vain
  auto fresh = idp.claims();
  fresh["uti"] = "another token";
  EXPECT_EQ(status(FakeIssuer::sign("first", fresh)), 404);
}

TEST_F(ExternalIssuer, that_is_slow_holds_up_nobody_elses_requests) {
  bot.serve("/long.wav", tone_wav(440, 20.0));
  idp.hold();
  start();
  LiveCall call(server->at(), bot);
  ASSERT_EQ(call.api.play(call.id, bot.url("/long.wav")).status(), 200);
  int late = 0;
  {
    std::jthread waiting([&] { late = status(FakeIssuer::sign("first", idp.claims())); });
    ASSERT_TRUE(idp.wait_asked(1));
    EXPECT_TRUE(call.phone.rtp().wait_voiced(5));
    EXPECT_EQ(call.api.cancel(call.id).status(), 200);
    idp.release();
  }
  EXPECT_EQ(late, 404);
}

/// An issuer by https, whose two documents are one.
class IssuerByTls : public ::testing::Test {
 protected:
  net::AuthorityFiles authority(const std::string& name) const {
    return net::ensure_authority(dir.path() / name, {}, base::WallClock::now()).value();
  }
  void start(const std::string& url) {
    auto settings = test_settings(bot, dir.path());
    settings.notifications.ca_file = trusted.ca;
    settings.issuers = {{"idp", url, {kForeignAudience}}};
    server.emplace(std::move(settings));
  }

  TempDir dir;
  Bot bot;
  const net::AuthorityFiles trusted = authority("trusted");
  std::optional<LocalServer> server;
};

/// A discovery document that is a set of keys, too.
std::string both_documents(const std::string& url) {
  const auto text = boost::json::serialize(
      object{{"issuer", url}, {"jwks_uri", url + "/keys"}, {"keys", array{test_key("first")->public_jwk()}}});
  return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(text.size()) +
         "\r\n\r\n" + text;
}

constexpr const char* kNoDocument =
    "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

TEST_F(IssuerByTls, has_its_tokens_taken_if_its_certificate_is_of_a_trusted_authority) {
  TlsSource source("127.0.0.1", trusted, kNoDocument);
  const std::string url = source.url("localhost", "/bots");
  source.answer_with(both_documents(url));
  start(url);
  object claims = FakeIssuer().claims();
  claims["iss"] = url;
  EXPECT_EQ(ApiClient(server->at().http, FakeIssuer::sign("first", claims)).get(kNobodysCall).status(), 404);
  for (const char* path : {"/bots/.well-known/openid-configuration", "/bots/keys"}) {
    EXPECT_TRUE(source.wait_request([&](const std::string& text) {
      return text.starts_with(std::string("GET ") + path + " ");
    })) << path;
  }
}

TEST_F(IssuerByTls, is_told_nothing_and_believed_in_nothing_if_its_certificate_is_not) {
  TlsSource source("127.0.0.1", authority("unknown"), kNoDocument);
  const std::string url = source.url("localhost", "/bots");
  source.answer_with(both_documents(url));
  start(url);
  ASSERT_TRUE(source.wait_connections(1));
  object claims = FakeIssuer().claims();
  claims["iss"] = url;
  EXPECT_EQ(ApiClient(server->at().http, FakeIssuer::sign("first", claims)).get(kNobodysCall).status(), 401);
  EXPECT_FALSE(source.wait_request([](const std::string&) { return true; }, std::chrono::milliseconds(0)));
}

}  // namespace
}  // namespace tonearm::testing
