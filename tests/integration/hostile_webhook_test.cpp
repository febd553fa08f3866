// docs/notifications.md: webhooks that misbehave in every way. Each has a call of its own, beside one that is
// well.

#include <cstdlib>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prompt_source.hpp"
#include "server_fixture.hpp"
#include "tls_source.hpp"

namespace tonearm::testing {
namespace {

using ::testing::ElementsAreArray;

constexpr const char* kPath = "/calls";

/// A call that was offered to the bot that is well and was answered to have everything else told elsewhere.
struct CallToldElsewhere {
  CallToldElsewhere(const Listeners& at, Bot& bot, const std::string& callback)
      : phone(at.sip), api(at.http, token_for(at)) {
    phone.send_invite("ivr", phone.sdp());
    id = bot.wait_incoming();
    EXPECT_EQ(api.answer(id, callback).status(), 202);
    EXPECT_TRUE(phone.wait_status(200, "INVITE"));
    phone.send_ack();
  }
  SipPhone phone;
  ApiClient api;
  std::string id;
};

void take(const HttpMessage&, PromptPeer& peer) {
  peer.answer("202 Accepted");
}

PromptSource::Script answering(const std::string& status, const std::string& headers = "") {
  return [=](const HttpMessage&, PromptPeer& peer) { peer.answer(status, "", headers); };
}

/// Sends `first`, then `more` for as long as somebody listens.
PromptSource::Script goes_on_for_ever(const std::string& first, const std::string& more) {
  return [=](const HttpMessage&, PromptPeer& peer) {
    peer.send(first);
    while (!peer.given_up(1ms)) peer.send(more);
    peer.close();
  };
}

/// What becomes of a notification that is answered so.
enum class Fate { delivered, tried_again, parked };

struct Misbehaviour {
  const char* name;
  PromptSource::Script script;
  Fate fate = Fate::tried_again;
  const char* parked_because = "";
};

std::vector<Misbehaviour> misbehaviours() {
  const std::string pad(1000, 'x');
  const std::string chunk = "3e8\r\n" + pad + "\r\n";
  return {
      {"slow",
       [](const HttpMessage& m, PromptPeer& peer) {
         peer.given_up(300ms);
         take(m, peer);
       },
       Fate::delivered},
      {"closes every connection", answering("202 Accepted", "Connection: close\r\n"), Fate::delivered},
      {"endless body", goes_on_for_ever("HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n", chunk),
       Fate::delivered},
      {"body that never comes",
       [](const HttpMessage&, PromptPeer& peer) {
         peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
         peer.given_up();
       },
       Fate::delivered},
      {"hangs", [](const HttpMessage&, PromptPeer& peer) { peer.given_up(); }},
      {"closes", [](const HttpMessage&, PromptPeer& peer) { peer.close(); }},
      {"resets", [](const HttpMessage&, PromptPeer& peer) { peer.reset(); }},
      {"half an answer",
       [](const HttpMessage&, PromptPeer& peer) {
         peer.send("HTTP/1.1 202 Acc");
         peer.close();
       }},
      {"speaks something else",
       [](const HttpMessage&, PromptPeer& peer) {
         peer.send("SSH-2.0-example\r\n\r\n");
         peer.close();
       }},
      {"endless head", goes_on_for_ever("HTTP/1.1 202 Accepted\r\n", "X-Pad: " + pad + "\r\n")},
      {"endless early hints", goes_on_for_ever("", "HTTP/1.1 103 Early Hints\r\n\r\n")},
      {"500", answering("500 Internal Server Error")},
      {"503", answering("503 Service Unavailable", "Retry-After: 1\r\n")},
      {"429", answering("429 Too Many Requests")},
      {"404", answering("404 Not Found"), Fate::parked, "answered 404"},
      {"302 to nowhere", answering("302 Found"), Fate::parked, "answered 302"},
      {"307 in a circle", answering("307 Temporary Redirect", std::string("Location: ") + kPath + "\r\n"),
       Fate::parked, "too many redirects"},
      {"302 to a forbidden place",
       answering("302 Found", "Location: http://169.254.169.254/latest/meta-data\r\n"), Fate::parked,
       "the target address is not allowed"},
  };
}

/// `state` and `mediaState` of what came, repeats once; what comes out of turn makes the test fail.
std::vector<std::string> told(const std::vector<HttpMessage>& requests) {
  std::vector<std::string> states;
  std::set<std::string> finished;
  std::string current;
  for (const HttpMessage& request : requests) {
    const std::string message_id = request.header("x-microsoft-skype-message-id");
    if (message_id == current) continue;
    EXPECT_TRUE(finished.insert(std::exchange(current, message_id)).second) << "came back after a later one";
    const auto body = boost::json::parse(request.body);
    const auto& data = body.at("value").at(0).at("resourceData").as_object();
    states.emplace_back(data.at("state").as_string());
    if (data.contains("mediaState")) states.back() += " with audio";
  }
  return states;
}

struct Hostile {
  Hostile(const Listeners& at, Bot& bot, Misbehaviour how) : misbehaviour(std::move(how)) {
    source.script(kPath, misbehaviour.script);
    call.emplace(at, bot, source.url(kPath));
  }
  /// Waits until it can be seen what becomes of its first notification.
  bool shown() {
    for (std::size_t count = 2; source.wait_requests(kPath, count); ++count) {
      const bool came_again = message_ids() < source.requests(kPath).size();
      if (misbehaviour.fate == Fate::tried_again ? came_again : message_ids() > 1) return true;
    }
    return false;
  }
  [[nodiscard]] std::size_t message_ids() const {
    std::set<std::string> ids;
    for (const HttpMessage& request : source.requests(kPath))
      ids.insert(request.header("x-microsoft-skype-message-id"));
    return ids.size();
  }

  Misbehaviour misbehaviour;
  PromptSource source;
  std::optional<CallToldElsewhere> call;
};

bool wait_terminated(PromptSource& source) {
  for (std::size_t count = 1; source.wait_requests(kPath, count); ++count) {
    const auto requests = source.requests(kPath);
    count = requests.size();
    if (requests.back().body.find(R"("terminated")") != std::string::npos) return true;
  }
  return false;
}

config::Settings impatient_settings(const Bot& bot, const TempDir& dir) {
  auto settings = test_settings(bot, dir.path());
  settings.notifications.timeout = 1s;
  settings.media.timeout = 10min;  // these callers are silent
  return settings;
}

std::string parked_list(const Listeners& at) {
  return ApiClient(at.admin, kAdminToken, "/tonearm").get("/notifications?limit=1000").response.body;
}

TEST(HostileWebhook,
     every_misbehaviour_hurts_its_own_call_only_and_that_call_is_told_all_in_order_afterwards) {
  TempDir dir;
  Bot bot;
  bot.serve("/short.wav", tone_wav(440, 0.1));
  LocalServer server(impatient_settings(bot, dir));
  LiveCall well(server.at(), bot);
  std::vector<std::unique_ptr<Hostile>> all;
  for (auto& one : misbehaviours())
    all.push_back(std::make_unique<Hostile>(server.at(), bot, std::move(one)));

  const std::uint16_t closed = PromptSource().port();
  const CallToldElsewhere nameless(server.at(), bot, "http://no-such-host.invalid:8080/calls");
  const CallToldElsewhere alone(server.at(), bot, "http://127.0.0.1:" + std::to_string(closed) + "/calls");

  for (const auto& one : all) EXPECT_TRUE(one->shown()) << one->misbehaviour.name;
  EXPECT_TRUE(bot.wait_operation_end(well.api.play(well.id, bot.url("/short.wav")).id()));

  EXPECT_TRUE(wait_metric(server.at(), "tonearm_notifications_parked", 4));

  for (const auto& one : all) one->source.script(kPath, take);
  for (const auto& one : all) one->call->phone.send_bye();
  const std::string parked = parked_list(server.at());
  for (const auto& one : all) {
    const Misbehaviour& how = one->misbehaviour;
    EXPECT_TRUE(wait_terminated(one->source)) << how.name;
    EXPECT_THAT(told(one->source.requests(kPath)),
                ElementsAreArray({"establishing", "established", "established with audio", "terminated"}))
        << how.name;
    EXPECT_NE(parked.find(how.parked_because), std::string::npos) << how.name;
    EXPECT_EQ(parked.find(one->call->id) != std::string::npos, how.fate == Fate::parked) << how.name;
  }
  EXPECT_EQ(well.api.get("/" + well.id).text("state"), "established");
}

/// `./dev test --full` has all of them; that certificates are checked is tested with prompts, too.
bool whole_form() {
  return std::getenv("TONEARM_FULL") != nullptr;
}

TEST(HostileWebhook, what_a_bad_certificate_held_up_is_told_when_it_was_renewed) {
  TempDir dir;
  const auto authority = [&](const char* name, base::WallTime at = base::WallClock::now()) {
    return net::ensure_authority(dir.path() / name, {}, at).value();
  };
  const auto good = authority("good");
  const auto stranger = authority("stranger");
  // One authority file with both that are trusted: the good one and the one whose certificates are over.
  const auto expired = authority("expired", base::WallClock::now() - std::chrono::years(2));
  const auto roots = dir.path() / "roots.pem";
  std::ofstream(roots) << std::ifstream(good.ca).rdbuf() << std::ifstream(expired.ca).rdbuf();
  Bot bot;
  auto settings = impatient_settings(bot, dir);
  settings.notifications.ca_file = roots;
  LocalServer server(std::move(settings));

  const std::string answer = "HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  struct Bad {
    const char* host;
    net::AuthorityFiles files;
  };
  for (const Bad& bad : {Bad{"127.0.0.1", stranger}, Bad{"127.0.0.1", expired}, Bad{"127.0.0.2", good}}) {
    if (!whole_form() && bad.files.certificate != stranger.certificate) continue;
    TlsSource source(bad.host, bad.files, answer);
    CallToldElsewhere call(server.at(), bot, source.url(bad.host));
    EXPECT_TRUE(source.wait_connections(2)) << bad.host;
    EXPECT_FALSE(source.wait_request([](const std::string&) { return true; }, 0ms)) << "told to a stranger";
    if (bad.host != std::string_view("127.0.0.1")) continue;  // its name stays wrong
    source.show(good);
    for (const char* state : {"establishing", "established", "mediaState"}) {
      EXPECT_TRUE(source.wait_request([&](const std::string& request) {
        return request.find(state) != std::string::npos;
      })) << state;
    }
  }
}

}  // namespace
}  // namespace tonearm::testing
