// docs/prompts.md: prompts by https. The source's certificate decides.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/authority.hpp"
#include "prompt_source.hpp"
#include "server_fixture.hpp"
#include "tls_source.hpp"

namespace tonearm::testing {
namespace {

std::string whole_answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

class PromptTlsTest : public ::testing::Test {
 protected:
  PromptTlsTest() {
    auto settings = test_settings(bot, dir.path());
    settings.notifications.ca_file = trusted.ca;
    server.emplace(std::move(settings));
    call.emplace(server->at(), bot);
  }
  net::AuthorityFiles authority(const std::string& name, base::WallTime now = base::WallClock::now()) const {
    return net::ensure_authority(dir.path() / name, {}, now).value();
  }
  /// The message of its ending.
  std::string outcome(const std::string& uri) {
    const auto end = bot.wait_operation_end(call->api.play(call->id, uri).id());
    if (!end) return "no ending";
    const auto& result = end->data().at("resultInfo").as_object();
    EXPECT_EQ(result.at("subcode").to_number<int>(), end->text("status") == "completed" ? 0 : 8536);
    return std::string(result.at("message").as_string());
  }

  TempDir dir;
  Bot bot;
  const net::AuthorityFiles trusted = authority("trusted");
  const std::string wav = tone_wav(440, 0.1);
  std::optional<LocalServer> server;
  std::optional<LiveCall> call;
};

constexpr const char* kTlsFailed = "Action failed, file could not be downloaded: TLS failed";

TEST_F(PromptTlsTest, a_certificate_of_an_authority_that_ca_file_names_is_taken) {
  TlsSource source("127.0.0.1", trusted, whole_answer(wav));
  EXPECT_EQ(outcome(source.url("127.0.0.1")), "Action completed successfully.");
  EXPECT_EQ(outcome(source.url("localhost")), "Action completed successfully.");
}

TEST_F(PromptTlsTest, a_certificate_of_an_unknown_authority_is_refused) {
  TlsSource source("127.0.0.1", authority("unknown"), whole_answer(wav));
  EXPECT_EQ(outcome(source.url("127.0.0.1")), kTlsFailed);
}

TEST_F(PromptTlsTest, a_certificate_of_another_name_is_refused) {
  TlsSource source("127.0.0.2", trusted, whole_answer(wav));
  EXPECT_EQ(outcome(source.url("127.0.0.2")), kTlsFailed);
}

TEST_F(PromptTlsTest, https_to_a_port_that_speaks_plain_http_fails) {
  const Socket listener(SOCK_STREAM, {"127.0.0.1", 0});
  ::listen(listener.fd(), 1);
  std::jthread plain([&] {
    const Socket peer(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (peer.readable(20s)) peer.send_all("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(outcome("https://" + listener.local().to_string() + "/a.wav"), kTlsFailed);
}

TEST_F(PromptTlsTest, a_redirect_from_https_to_http_is_not_followed) {
  PromptSource plain;
  plain.serve("/a.wav", wav);
  TlsSource source("127.0.0.1", trusted,
                   "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: " +
                       plain.url("/a.wav") + "\r\n\r\n");
  EXPECT_EQ(outcome(source.url("127.0.0.1")),
            "Action failed, file could not be downloaded: the target address is not allowed: a redirect from "
            "https to http is not followed");
  EXPECT_TRUE(plain.requests("/a.wav").empty());
}

TEST_F(PromptTlsTest, an_end_without_tls_farewell_is_no_end_of_a_file_but_does_not_hurt_a_whole_one) {
  TlsSource whole("127.0.0.1", trusted, whole_answer(wav), false);
  EXPECT_EQ(outcome(whole.url("127.0.0.1")), "Action completed successfully.");
  TlsSource cut("127.0.0.1", trusted, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + wav, false);
  EXPECT_EQ(outcome(cut.url("127.0.0.1")),
            "Action failed, file could not be downloaded: the peer ended the connection within its answer");
  TlsSource told("127.0.0.1", trusted, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + wav);
  EXPECT_EQ(outcome(told.url("127.0.0.1")), "Action completed successfully.");
}

TEST(ExpiredSource, a_certificate_that_is_over_is_refused_although_its_authority_is_known) {
  TempDir dir;
  Bot bot;
  const auto long_ago = base::WallClock::now() - std::chrono::years(2);
  const auto files = net::ensure_authority(dir.path() / "old", {}, long_ago).value();
  auto settings = test_settings(bot, dir.path());
  settings.notifications.ca_file = files.ca;
  LocalServer server(std::move(settings));
  LiveCall call(server.at(), bot);
  TlsSource source("127.0.0.1", files, whole_answer(tone_wav(440, 0.1)));
  const auto end = bot.wait_operation_end(call.api.play(call.id, source.url("127.0.0.1")).id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->data().at("resultInfo").at("message").as_string(), kTlsFailed);
}

}  // namespace
}  // namespace tonearm::testing
