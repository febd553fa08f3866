// design §4: an application that proves itself with its certificate.

#include <fstream>

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_issuer.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

std::string certificate_of(const std::string& key) {
  const auto& chain = test_key(key)->public_jwk().at("x5c").as_array();
  return fmt::format("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                     std::string_view(chain.front().as_string()));
}

class ApplicationCertificate : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    const auto file = dir.path() / name;
    std::ofstream(file) << text;
    return file.string();
  }
  config::Settings settings(const std::string& certificate) const {
    auto settings = test_settings(bot, dir.path());
    settings.applications[0].certificate = certificate;
    return settings;
  }
  /// Status of a request for a token with an assertion that `key` has signed.
  int ask(const LocalServer& server, const std::string& key) const {
    const auto now = base::WallClock::to_time_t(base::WallClock::now());
    const std::string endpoint = fmt::format("/{}/oauth2/v2.0/token", kTenant);
    // The address of an https listener, which it does not have; so what the request's Host says.
    const std::string audience = "http://" + server.at().http.to_string() + endpoint;
    const std::string assertion = test_key(key)
                                      ->sign({{"aud", audience},
                                              {"iss", kApplication},
                                              {"sub", kApplication},
                                              {"nbf", now},
                                              {"exp", now + 600},
                                              {"jti", base::Guid::random().to_string()}})
                                      .value();
    const std::string form =
        "grant_type=client_credentials&scope=https://graph.microsoft.com/.default&client_assertion_type="
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=" +
        assertion;
    Socket socket(SOCK_STREAM, {"127.0.0.1", 0});
    socket.connect(server.at().http);
    HttpConnection connection(std::move(socket));
    connection.write(fmt::format("POST {} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n{}", endpoint,
                                 server.at().http.to_string(), form.size(), form));
    const auto answer = connection.read();
    return answer ? answer->status() : 0;
  }

  TempDir dir;
  Bot bot;
};

TEST_F(ApplicationCertificate, is_read_at_the_start_and_with_each_reload_and_a_broken_one_changes_nothing) {
  const std::string one = write("one.pem", certificate_of("first"));
  LocalServer server(settings(one));
  EXPECT_EQ(ask(server, "first"), 200);
  EXPECT_EQ(ask(server, "second"), 401);

  write("one.pem", certificate_of("second"));
  EXPECT_EQ(ask(server, "second"), 401);
  ASSERT_TRUE(server.server().reload(settings(one)));
  EXPECT_EQ(ask(server, "second"), 200);
  EXPECT_EQ(ask(server, "first"), 401);

  write("one.pem", "-----BEGIN CERTIFICATE-----\nbroken");
  const auto reloaded = server.server().reload(settings(one));
  ASSERT_FALSE(reloaded);
  EXPECT_THAT(reloaded.error().message(), ::testing::HasSubstr("application.ivr.certificate"));
  EXPECT_EQ(ask(server, "second"), 200);
}

TEST_F(ApplicationCertificate, that_cannot_be_read_is_named_at_the_start) {
  const auto started = app::Server::start(settings((dir.path() / "missing.pem").string()), {});
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(), ::testing::AllOf(::testing::HasSubstr("application.ivr.certificate"),
                                                          ::testing::HasSubstr("missing.pem")));
}

}  // namespace
}  // namespace tonearm::testing
