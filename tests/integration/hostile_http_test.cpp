// docs/threat-model.md, HTTP: requests that could be read in two ways, floods, guesses, and connections that
// say little. In each a call is up and plays, and the bot is served.

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intruder.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A server with a call that plays, for all tests of a suite.
struct Scene {
  explicit Scene(const std::function<void(config::Settings&)>& change)
      : server(settings(change)), call(server.at(), bot) {
    EXPECT_FALSE(play_for_ever(call).empty());
  }
  config::Settings settings(const std::function<void(config::Settings&)>& change) const {
    auto made = test_settings(bot, dir.path());
    if (change) change(made);
    return made;
  }
  /// The prompt sounds, the bot is answered, and nothing but this one call has come of it all.
  void expect_unharmed() {
    EXPECT_TRUE(call.phone.rtp().wait_voiced(5));
    EXPECT_EQ(call.api.get("/" + call.id).status(), 200);
    EXPECT_EQ(metric(server.at(), "tonearm_calls_active"), 1);
  }
  [[nodiscard]] base::Endpoint http() const { return server.at().http; }

  TempDir dir;
  Bot bot;
  LocalServer server;
  LiveCall call;
};

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

int status_of(const std::string& response) {
  return response.size() > 12 ? std::atoi(response.c_str() + 9) : 0;
}

// ---- one reading only

struct Shape {
  const char* name;
  std::string headers;  ///< Behind request line and Host.
  std::string body;
  int status = 400;
};

class HostileRequest : public ::testing::TestWithParam<Shape> {
 protected:
  static void SetUpTestSuite() { scene = std::make_unique<Scene>(nullptr); }
  static void TearDownTestSuite() { scene.reset(); }
  std::string ask(const std::string& bytes) {
    RawConnection connection(scene->http());
    (void)connection.send(bytes);
    connection.finish();
    return connection.read_all();
  }
  static std::unique_ptr<Scene> scene;
};
std::unique_ptr<Scene> HostileRequest::scene;

/// What a proxy in front of us might take for a body, or for a request of somebody else's.
const std::string kHidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_P(HostileRequest, that_could_be_read_in_two_ways_is_refused_and_what_follows_is_not_read) {
  const Shape& shape = GetParam();
  const std::string response =
      ask("POST /v1.0/communications/calls HTTP/1.1\r\n" + shape.headers + "\r\n" + shape.body + kHidden);
  EXPECT_EQ(status_of(response), shape.status) << response;
  EXPECT_EQ(count_of(response, "HTTP/1.1 "), 1u) << response;
  EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
}

const std::string kHost = "Host: x\r\n";
const std::string kChunked = kHost + "Transfer-Encoding: chunked\r\n";

INSTANTIATE_TEST_SUITE_P(
    Length, HostileRequest,
    ::testing::Values(Shape{"and_chunks", kChunked + "Content-Length: 5\r\n", "0\r\n\r\n"},
                      Shape{"before_chunks", kHost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                            "0\r\n\r\n"},
                      Shape{"twice_different", kHost + "Content-Length: 0\r\nContent-Length: 5\r\n", "hello"},
                      Shape{"twice_the_same", kHost + "Content-Length: 5\r\nContent-Length: 5\r\n", "hello"},
                      Shape{"as_a_list", kHost + "Content-Length: 5, 5\r\n", "hello"},
                      Shape{"with_a_sign", kHost + "Content-Length: +5\r\n", "hello"},
                      Shape{"negative", kHost + "Content-Length: -5\r\n", "hello"},
                      Shape{"in_hex", kHost + "Content-Length: 0x5\r\n", "hello"},
                      Shape{"with_a_gap", kHost + "Content-Length: 5 5\r\n", "hello"},
                      Shape{"beyond_64_bits", kHost + "Content-Length: 18446744073709551621\r\n", "hello"},
                      Shape{"with_a_space_before_the_colon", kHost + "Content-Length : 5\r\n", "hello"},
                      Shape{"empty", kHost + "Content-Length: \r\n", ""},
                      Shape{"past_the_limit", kHost + "Content-Length: 99999999999\r\n", "hello", 413}),
    [](const auto& tested) { return tested.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Encoding, HostileRequest,
    ::testing::Values(
        Shape{"that_is_unknown", kHost + "Transfer-Encoding: gzip\r\n", ""},
        Shape{"that_looks_like_chunked", kHost + "Transfer-Encoding: xchunked\r\n", ""},
        Shape{"with_chunked_first", kHost + "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"},
        Shape{"with_chunked_last", kHost + "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"},
        Shape{"chunked_twice", kChunked + "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"},
        Shape{"in_two_headers", kChunked + "Transfer-Encoding: x\r\n", "0\r\n\r\n"},
        Shape{"with_a_space_before_the_colon", kHost + "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"},
        Shape{"behind_a_control_character",
              kHost + "Transfer-Encoding: \x0b"
                      "chunked\r\n",
              "0\r\n\r\n"},
        Shape{"folded", kHost + "Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"}),
    [](const auto& tested) { return tested.param.name; });

INSTANTIATE_TEST_SUITE_P(Chunk, HostileRequest,
                         ::testing::Values(Shape{"without_a_size", kChunked, "\r\n\r\n"},
                                           Shape{"of_negative_size", kChunked, "-1\r\n\r\n"},
                                           Shape{"of_size_0x5", kChunked, "0x5\r\nhello\r\n0\r\n\r\n"},
                                           Shape{"of_more_than_64_bits", kChunked,
                                                 "10000000000000005\r\nhello\r\n0\r\n\r\n"},
                                           Shape{"shorter_than_it_says", kChunked, "3\r\nhello\r\n0\r\n\r\n"},
                                           Shape{"ended_by_a_bare_line_feed", kChunked, "5\nhello\n0\n\n"},
                                           Shape{"past_the_limit", kChunked, "ffffffff\r\nhello", 413}),
                         [](const auto& tested) { return tested.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Head, HostileRequest,
    ::testing::Values(Shape{"without_a_host", "", ""}, Shape{"with_two_hosts", kHost + "Host: y\r\n", ""},
                      Shape{"with_nul_in_a_value", kHost + std::string("X: a\0b\r\n", 8), ""},
                      Shape{"with_nul_in_a_name", kHost + std::string("X\0: a\r\n", 7), ""},
                      Shape{"with_a_bare_carriage_return", kHost + "X: a\rY: b\r\n", ""},
                      Shape{"without_a_colon", kHost + "nonsense\r\n", ""}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(HostileRequest, http_2_and_http_0_9_and_old_chunks_are_refused) {
  for (const std::string& bytes :
       {std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string("GET /\r\n\r\n"),
        "POST / HTTP/1.0\r\n" + kChunked + "\r\n0\r\n\r\n"}) {
    const std::string response = ask(bytes);
    EXPECT_EQ(status_of(response), 400) << response;
    EXPECT_EQ(count_of(response, "HTTP/1.1 "), 1u) << response;
  }
  scene->expect_unharmed();
}

TEST_F(HostileRequest, floods_of_headers_are_431) {
  std::string many, one = "X: " + std::string(40'000, 'x') + "\r\n";
  for (int i = 0; i < 10'000; ++i) many += "a:\r\n";
  for (const std::string& headers : {many, one})
    EXPECT_EQ(status_of(ask("GET /v1.0/x HTTP/1.1\r\n" + kHost + headers + "\r\n")), 431);
  scene->expect_unharmed();
}

TEST_F(HostileRequest, paths_of_any_bytes_reach_nothing) {
  const std::string call = scene->call.id;
  for (const std::string& path :
       {std::string("/v1.0/communications/calls/%00"), "/v1.0/communications/calls/" + call + "%00",
        std::string("/v1.0/communications/calls/\xff\xfe"), "/v1.0/communications/calls/" + call + "/..%2f..",
        "/v1.0/communications/calls/" + call + "/../../../etc/passwd",
        std::string("/tonearm/recordings/..%2f..%2ftoken-key.pem"),
        std::string("/tonearm/recordings/../token-key.pem"), std::string("/../../var/token-key.pem")}) {
    const std::string response = ask("GET " + path + " HTTP/1.1\r\n" + kHost + "Authorization: Bearer " +
                                     scene->call.api.token() + "\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(status_of(response), AnyOf(400, 401, 404)) << path << "\n" << response;
    EXPECT_EQ(response.find("PRIVATE KEY"), std::string::npos);
  }
  scene->expect_unharmed();
}

// ---- bodies

std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

TEST_F(HostileRequest, bodies_that_are_deep_wide_long_or_no_text_are_refused_and_do_nothing) {
  std::string wide = "{";
  for (int i = 0; i < 1001; ++i) wide += fmt::format("\"m{}\":1,", i);
  wide.back() = '}';
  const std::vector<std::pair<std::string, int>> bodies = {
      {nested(200'000, "[", "]"), 400},
      {nested(100'000, "{\"a\":", "}"), 400},
      {nested(33, "[", "]"), 400},
      {wide, 400},
      {"{\"clientContext\":" + std::string(500'000, '9') + "}", 400},
      {"{\"clientContext\":1e99999}", 400},
      {"{\"clientContext\":\"\xff\xfe\"}", 400},
      {"{\"clientContext\":\"\xc0\xaf\"}", 400},
      {"{\"clientContext\":\"\\ud800\"}", 400},
      {std::string("{\"clientContext\":\"a\0b\"}", 23), 400},
      {std::string(3, '\0'), 400},
      {"{\"clientContext\":\"a\",\"clientContext\":\"b\"}", 400},
      {"{\"clientContext\":\"" + std::string(1 << 20, 'x') + "\"}", 413}};
  for (const auto& [body, status] : bodies) {
    const Scene& here = *scene;
    ApiClient api(here.http(), here.call.api.token());  // a refusal of length closes the connection
    const auto answer = api.request("POST", "/" + here.call.id + "/cancelMediaProcessing", body);
    EXPECT_EQ(answer.status(), status) << body.substr(0, 60) << "\n" << answer.response.body;
  }
  scene->expect_unharmed();  // nothing was cancelled
}

TEST_F(HostileRequest, a_compressed_body_is_415_and_is_not_unpacked) {
  const std::string gzip("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
  for (const char* encoding : {"gzip", "deflate", "br", "gzip, gzip", "identity, gzip"}) {
    const auto answer = scene->call.api.request(
        "POST", "/" + scene->call.id + "/cancelMediaProcessing", gzip + std::string(100'000, '\0'),
        fmt::format("Content-Type: application/json\r\nContent-Encoding: {}\r\n", encoding));
    EXPECT_EQ(answer.status(), 415) << encoding << answer.response.body;
  }
  scene->expect_unharmed();
}

// ---- guesses

TEST_F(HostileRequest, forged_tokens_are_401_and_say_nothing_more) {
  const std::string good = scene->call.api.token();
  const auto head = good.substr(0, good.find('.'));
  const auto claims = good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1);
  std::string flipped = good;
  flipped[flipped.size() - 20] = flipped[flipped.size() - 20] == 'A' ? 'B' : 'A';
  const std::vector<std::string> forged = {
      "eyJhbGciOiJub25lIn0." + claims + ".",  // alg: none
      "eyJhbGciOiJub25lIn0." + claims + "." + good.substr(good.rfind('.') + 1),
      "eyJhbGciOiJIUzI1NiJ9." + claims + ".AAAA",  // alg: HS256
      head + "." + claims + ".",
      head + "." + claims,
      flipped,
      good + "A",
      std::string(30'000, 'A'),
      std::string(10'000, '.'),
      "\xff\xfe"};
  for (const std::string& token : forged) {
    ApiClient api(scene->http(), token);
    const auto answer = api.request("DELETE", "/" + scene->call.id);
    EXPECT_EQ(answer.status(), 401) << token.substr(0, 100) << answer.response.body;
  }
  ApiClient guesser(scene->http(), "");
  for (int i = 0; i < 300; ++i) {
    const auto answer =
        guesser.raw(fmt::format("DELETE /v1.0/communications/calls/{} HTTP/1.1\r\nHost: x\r\nAuthorization: "
                                "Bearer {}.{}.{:0>342}\r\n\r\n",
                                scene->call.id, head, claims, i));
    ASSERT_EQ(answer.status(), 401) << i;
  }
  scene->expect_unharmed();
}

HttpMessage ask_for_token(const base::Endpoint& server, const std::string& from, const std::string& secret) {
  const std::string form = std::string("client_id=") + kApplication + "&client_secret=" + secret +
                           "&grant_type=client_credentials&scope=https://graph.microsoft.com/.default";
  Socket socket(SOCK_STREAM, {from, 0});
  socket.connect(server);
  HttpConnection connection(std::move(socket));
  connection.write(
      fmt::format("POST /{}/oauth2/v2.0/token HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", kTenant,
                  form.size(), form));
  return connection.read().value_or(HttpMessage{});
}

TEST_F(HostileRequest, whoever_guesses_secrets_is_told_to_wait_and_the_bot_elsewhere_is_not) {
  int refused = 0;
  HttpMessage last;
  while (refused < 100 && last.status() != 429) {
    last = ask_for_token(scene->http(), kStrangersAddress, "guess" + std::to_string(refused++));
    ASSERT_THAT(last.status(), AnyOf(401, 429)) << last.body;
  }
  EXPECT_EQ(last.status(), 429);
  EXPECT_GE(refused, 22) << "20 are free, the next one counts";
  EXPECT_GE(std::atoi(last.header("retry-after").c_str()), 1);
  EXPECT_EQ(ask_for_token(scene->http(), "127.0.0.3", kSecret).status(), 200);
  scene->expect_unharmed();
}

// ---- connections

TEST(HostileConnections, slow_ones_are_cut_off_and_nobody_waits_for_them) {
  Scene scene([](config::Settings& settings) {
    settings.http.timeout = 1s;
    settings.server.https = {{"127.0.0.1", 0}};
  });
  const std::string https = scene.server.server().addresses().https.at(0).substr(8);
  std::vector<RawConnection> slow;
  const auto add = [&](const base::Endpoint& to, const std::string& bytes) {
    slow.emplace_back(to);
    ASSERT_TRUE(slow.back().send(bytes));
  };
  for (int i = 0; i < 10; ++i) {
    add(scene.http(), "GET /v1.0/x HTTP/1.1\r\nHost: x\r\nX-a");
    add(scene.http(), "POST /v1.0/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{");
    add(scene.http(), "POST /v1.0/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{");
    add(*base::Endpoint::parse(https), "");                                  // no ClientHello
    add(*base::Endpoint::parse(https), std::string("\x16\x03\x01\x02", 4));  // a part of one
  }
  EXPECT_EQ(scene.call.api.get("/" + scene.call.id).status(), 200) << "the bot waits behind slow ones";
  // A byte every 100 ms does not prolong it.
  RawConnection dripping(scene.http());
  ASSERT_TRUE(dripping.send("GET / HTTP/1.1\r\nX: "));
  while (dripping.send("x") && !dripping.closed_within(100ms)) {
  }
  EXPECT_TRUE(dripping.ended());
  for (RawConnection& one : slow) EXPECT_TRUE(one.closed_within(20s));
  scene.expect_unharmed();
}

std::size_t descriptors_of(pid_t process) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(process) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(HostileConnections, whoever_takes_all_leaves_some_to_others_and_the_descriptors_come_back) {
  TempDir dir;
  Bot bot;
  const ServerProcess server(test_toml(bot, dir.path(), "[http]\nconnections_max = 100\n"), dir.path());
  LiveCall call(server.at(), bot);
  const std::size_t before = descriptors_of(server.pid());
  {
    std::vector<RawConnection> all;
    int refused = 0;
    for (int i = 0; i < 95; ++i) {
      all.emplace_back(server.at().http);
      ASSERT_TRUE(all.back().send("GET /v1.0/x HTTP/1.1\r\nHost: x\r\n\r\n"));
      refused += status_of(all.back().read_some(13)) == 503;
    }
    EXPECT_GE(refused, 5) << "one address has all places";
    EXPECT_EQ(call.api.get("/" + call.id).status(), 200) << "the bot's connection";
    ApiClient another(server.at().http, call.api.token());
    EXPECT_EQ(another.get("/" + call.id).status(), 200) << "a new one from elsewhere";
  }
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (descriptors_of(server.pid()) > before + 4 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(10ms);  // nobody tells
  EXPECT_LE(descriptors_of(server.pid()), before + 4);
  EXPECT_EQ(call.api.hang_up(call.id).status(), 204);
}

}  // namespace
}  // namespace tonearm::testing
