// docs/threat-model.md, SIP: scanners, floods and connections that nobody should open. In each a call is up,
// and goes on.

#include <cstdlib>
#include <fstream>
#include <regex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intruder.hpp"
#include "media/testing/sanitized.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

constexpr const char* kAda = "00000000-0000-4000-8000-000000000101";

/// A prompt in a call, and whether its sound ever broke off.
class Sound {
 public:
  explicit Sound(LiveCall& call) : call_(call), from_(call.phone.rtp().count()) {
    EXPECT_FALSE(play_for_ever(call_).empty());
  }
  /// It still sounds; every packet since it began was sent.
  void expect_whole() {
    EXPECT_TRUE(call_.phone.rtp().wait_voiced(10)) << "the prompt has ended";
    const auto heard = call_.phone.rtp().heard();
    std::size_t gaps = 0;
    for (std::size_t i = from_ + 1; i < heard.size(); ++i)
      gaps += static_cast<std::uint16_t>(heard[i].sequence - heard[i - 1].sequence) != 1;
    EXPECT_EQ(gaps, 0u) << "packets were lost";
  }

 private:
  LiveCall& call_;
  std::size_t from_;
};

class HostileSip : public ::testing::Test {
 protected:
  config::Settings closed() {
    auto settings = test_settings(bot, dir.path());
    settings.sip.open = false;
    config::TrunkSettings trunk;
    trunk.name = "carrier";
    trunk.sources = {base::Network::parse("127.0.0.1/32").value()};
    settings.trunks.push_back(trunk);
    return settings;
  }
  config::Settings with_password() {
    auto settings = closed();
    add_user(settings, kAda, "");
    settings.users.back().username = "ada";
    settings.users.back().password = base::Secret("a-password-only-for-tests");
    return settings;
  }

  TempDir dir;
  Bot bot;
};

/// Without what differs between any two answers.
std::string comparable(const SipText& answer, const std::string& user) {
  std::string text = answer.text;
  for (const char* own : {"branch=[^;\r]*", "tag=[^;\r]*", "rport=[0-9]*", "nonce=\"[^\"]*\"",
                          "Call-ID: [^\r]*", "127.0.0.2:[0-9]+"})
    text = std::regex_replace(text, std::regex(own), "…");
  return std::regex_replace(text, std::regex("sip:" + user + "@"), "sip:…@");
}

TEST_F(HostileSip, scanners_learn_nothing_about_who_exists) {
  for (const auto& settings : {closed(), with_password()}) {
    LocalServer server(settings);
    SipStranger scanner(server.at().sip);
    for (const char* method : {"INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE", "MESSAGE"}) {
      const auto ask = [&](const std::string& user) {
        const bool call = method == std::string("INVITE");
        return scanner.ask(call ? scanner.invite(user) : scanner.request(method, user));
      };
      const auto known = ask(settings.users.empty() ? "ivr" : "ada");
      const auto unknown = ask("1001");
      ASSERT_TRUE(known && unknown) << method;
      EXPECT_EQ(comparable(*known, settings.users.empty() ? "ivr" : "ada"), comparable(*unknown, "1001"));
    }
    EXPECT_TRUE(bot.heard().empty()) << "a bot heard of a scanner";
  }
}

TEST_F(HostileSip, a_forged_request_draws_one_answer_not_much_larger_than_itself) {
  LocalServer server(with_password());
  SipStranger forger(server.at().sip);
  const std::vector<std::string> requests = {forger.invite("ivr"),
                                             forger.invite("ada"),
                                             forger.invite("1001"),
                                             forger.request("REGISTER", "ada"),
                                             forger.request("OPTIONS", "100"),
                                             forger.request("BYE", "100"),
                                             forger.request("NOSUCH", "100")};
  for (const std::string& request : requests) {
    const auto answer = forger.ask(request);
    ASSERT_TRUE(answer) << request;
    EXPECT_LE(answer->text.size(), 2.5 * static_cast<double>(request.size())) << answer->text;
  }
  // A transaction would send its answer again after T1, 500 ms (RFC 3261 §17.2.1).
  EXPECT_FALSE(forger.receive(700ms)) << "answered twice";
  forger.send("");
  forger.send(std::string(20, '\0'));
  forger.send(forger.request("ACK", "100"));
  EXPECT_FALSE(forger.receive(100ms)) << "what is no request was answered";
}

TEST_F(HostileSip, a_flood_of_calls_past_the_limit_is_refused_and_the_call_that_is_up_goes_on) {
  auto settings = test_settings(bot, dir.path());
  settings.calls.max = 1;
  LocalServer server(std::move(settings));
  LiveCall call(server.at(), bot);
  Sound sound(call);
  SipStranger caller(server.at().sip);
  const std::size_t before = bot.heard().size();
  std::string headers;
  const auto answers = caller.flood(1000, [&](std::size_t) { return caller.invite("ivr"); });
  EXPECT_EQ(answers.responses, 1000u) << "each one answer";
  EXPECT_EQ(answers.of(503), 1000u);
  const auto one = caller.ask(caller.invite("ivr"));
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->header("Retry-After").empty());
  EXPECT_EQ(metric(server.at(), "tonearm_media_sessions"), 1);
  EXPECT_EQ(metric(server.at(), "tonearm_calls_refused_total{direction=\"incoming\"}"), 1001);
  EXPECT_EQ(bot.heard().size(), before) << "a bot heard of a refused call";
  sound.expect_whole();
  call.phone.send_bye();
  EXPECT_TRUE(call.phone.wait_final("BYE"));
}

/// Kilobytes of memory that are really there (proc(5)).
std::size_t resident_kb(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;) {
    if (word != "VmRSS:") continue;
    std::size_t kilobytes = 0;
    status >> kilobytes;
    return kilobytes;
  }
  return 0;
}

TEST_F(HostileSip, floods_of_strangers_cost_no_memory) {
#ifdef TONEARM_SANITIZED
  GTEST_SKIP() << "a sanitizer keeps what was freed";
#endif
  const std::string ada =
      "[[user]]\nid = \"" + std::string(kAda) +
      "\"\nname = \"Ada\"\nusername = \"ada\"\npassword = \"a-password-only-for-tests\"\n";
  std::string toml = test_toml(bot, dir.path(), ada);
  toml.replace(toml.find("open = true"), 11, "open = false");
  const ServerProcess server(toml, dir.path());
  SipStranger stranger(server.at().sip);
  const auto flood = [&](std::size_t count) {
    return stranger.flood(count, [&](std::size_t i) {
      const std::string somebody = "user" + std::to_string(i);
      return i % 2 == 0 ? stranger.invite(somebody) : stranger.request("REGISTER", somebody);
    });
  };
  flood(1000);  // what is made once is there
  const std::size_t before = resident_kb(server.pid());
  const auto answers = flood(4000);
  EXPECT_EQ(answers.of(401), 4000u);
  EXPECT_LT(resident_kb(server.pid()), before + 2048) << "kilobytes before: " << before;
}

TEST_F(HostileSip, a_flood_of_registrations_leaves_calls_and_registrations_alone) {
  LocalServer server(with_password());
  LiveCall call(server.at(), bot);
  Sound sound(call);
  SipStranger stranger(server.at().sip);
  const auto answers = stranger.flood(1000, [&](std::size_t i) {
    // Every other one claims a password under somebody else's nonce.
    const std::string forged =
        i % 2 == 0 ? ""
                   : "Authorization: Digest username=\"ada\", realm=\"tonearm\", nonce=\"" +
                         std::string(32, '0') + "\", uri=\"sip:x\", response=\"" + std::string(32, '0') +
                         "\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"a\"\r\n";
    return stranger.request("REGISTER", "ada", forged);
  });
  EXPECT_EQ(answers.of(401), 1000u) << "nobody is locked out by whom a nonce does not prove to be there";
  EXPECT_EQ(metric(server.at(), "tonearm_sip_registrations"), 0);
  sound.expect_whole();
}

// ---- over TCP

class HostileSipTcp : public HostileSip {
 protected:
  HostileSipTcp() {
    auto settings = test_settings(bot, dir.path());
    settings.sip.listen.push_back({config::SipTransport::tcp, {"127.0.0.1", 0}});
    server.emplace(std::move(settings));
    tcp = base::Endpoint::parse(server->server().addresses().sip.at(1).substr(4)).value();
  }
  std::string options(const RawConnection&) {
    return "OPTIONS sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP "
           "127.0.0.2:5;branch=z9hG4bK1;rport\r\nMax-Forwards: 70\r\nFrom: <sip:100@1.1.1.1>;tag=1\r\nTo: "
           "<sip:100@127.0.0.1>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
  }
  void expect_served() {
    RawConnection other(tcp);
    ASSERT_TRUE(other.send(options(other)));
    EXPECT_TRUE(other.read_some(12).starts_with("SIP/2.0 200 ")) << "nobody else is served";
  }

  std::optional<LocalServer> server;
  base::Endpoint tcp;
};

TEST_F(HostileSipTcp, silent_and_slow_connections_hold_nobody_up) {
  LiveCall call(server->at(), bot);
  Sound sound(call);
  std::vector<RawConnection> silent, halfway;
  for (int i = 0; i < 50; ++i) {
    silent.emplace_back(tcp);
    halfway.emplace_back(tcp);
    ASSERT_TRUE(halfway.back().send("INVITE sip:ivr@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/T"));
  }
  expect_served();
  RawConnection slow(tcp);
  for (const char& byte : options(slow)) ASSERT_TRUE(slow.send({&byte, 1}));
  EXPECT_TRUE(slow.read_some(12).starts_with("SIP/2.0 200 "));
  sound.expect_whole();
}

TEST_F(HostileSipTcp, a_message_without_end_loses_its_connection) {
  LiveCall call(server->at(), bot);
  Sound sound(call);
  for (const char* start : {"INVITE sip:ivr@127.0.0.1 SIP/2.0\r\n", "", "\r\n\r\n"}) {
    RawConnection endless(tcp);
    (void)endless.send(start);
    const std::string line = "X-More: " + std::string(1000, 'x') + "\r\n";
    std::size_t sent = 0;
    while (sent < 4'000'000 && endless.send(line)) sent += line.size();
    EXPECT_LT(sent, 4'000'000u) << "four megabytes of one message were taken";
  }
  // A body that is announced larger than anything.
  RawConnection announced(tcp);
  std::string text = options(announced);
  text.replace(text.find("Length: 0"), 9, "Length: 4000000000");
  (void)announced.send(text);
  std::size_t sent = 0;
  while (sent < 4'000'000 && announced.send(std::string(1000, 'x'))) sent += 1000;
  EXPECT_LT(sent, 4'000'000u);
  expect_served();
  sound.expect_whole();
}

/// libre hangs up after 32 s of silence before a first message: too long for every run.
TEST_F(HostileSipTcp, a_connection_that_says_nothing_is_closed) {
  if (std::getenv("TONEARM_FULL") == nullptr) GTEST_SKIP() << "takes 32 s; runs with TONEARM_FULL";
  RawConnection silent(tcp), dripping(tcp);
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < 20s && dripping.send("X"))
    std::this_thread::sleep_for(1s);
  EXPECT_TRUE(silent.closed_within(60s));
  EXPECT_TRUE(dripping.closed_within(60s)) << "a byte a second keeps it open";
}

}  // namespace
}  // namespace tonearm::testing
