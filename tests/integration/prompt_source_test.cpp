// docs/prompts.md: what kind of source ends how.

#include "prompt_source.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/testing/wav.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using media::testing::make_wav;

constexpr std::uint64_t kSizeMax = 64 * 1024;
constexpr int kDownload = 8536;
constexpr int kFormat = 8535;

std::uint16_t closed_port() {
  return Socket(SOCK_STREAM, {"127.0.0.1", 0}).local().port;
}

/// One server and one call for all sources: each leaves the call as it was.
struct Stage {
  explicit Stage(std::chrono::milliseconds timeout) : server(settings(timeout)), call(server.at(), bot) {
    source.serve("/good.wav", tone_wav(440, 0.1));
  }
  config::Settings settings(std::chrono::milliseconds timeout) {
    auto made = test_settings(bot, dir.path());
    made.prompts.timeout = timeout;
    made.prompts.size_max = {kSizeMax};
    // By numbers: they are what the server knows itself by.
    made.server.http = {{"127.0.0.1", closed_port()}};
    made.sip.listen.push_back({config::SipTransport::tcp, {"127.0.0.1", sip_port}});
    made.prompts.deny_networks = {base::Network::parse("127.0.0.66/32").value()};
    return made;
  }

  const std::uint16_t sip_port = closed_port();
  TempDir dir;
  Bot bot;
  PromptSource source;
  LocalServer server;
  LiveCall call;
};

struct Case {
  const char* name;
  int subcode;
  const char* cause;  ///< What the ending's message says after its colon.
  PromptSource::Script script;
  std::string uri = {};  ///< Instead of a path of the source.
};

void play_and_expect(Stage& stage, const std::string& uri, int subcode, const std::string& cause) {
  LiveCall& call = stage.call;
  const std::size_t before = call.phone.rtp().count();
  const auto play = call.api.play(call.id, uri);
  ASSERT_EQ(play.status(), 200) << play.response.body;
  const auto end = stage.bot.wait_operation_end(play.id());
  ASSERT_TRUE(end);
  const auto& result = end->data().at("resultInfo").as_object();
  EXPECT_EQ(end->text("status"), "failed");
  EXPECT_EQ(end->text("completionReason"), "unknown");
  EXPECT_EQ(result.at("code").to_number<int>(), 400);
  EXPECT_EQ(result.at("subcode").to_number<int>(), subcode);
  const std::string wanted = subcode == kDownload ? "Action failed, file could not be downloaded: " + cause
                                                  : "Action failed, file format is invalid: " + cause;
  EXPECT_EQ(std::string(result.at("message").as_string()), wanted);
  EXPECT_EQ(end->data().at("@tonearm.sentMs").to_number<int>(), 0);
  EXPECT_EQ(call.phone.rtp().voiced_from(before), 0u) << "half-played";
}

/// The call and the source's connections are as good as before.
void expect_good(Stage& stage, const std::string& path = "/good.wav") {
  const auto end =
      stage.bot.wait_operation_end(stage.call.api.play(stage.call.id, stage.source.url(path)).id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed") << end->request.body;
  EXPECT_EQ(end->data().at("@tonearm.sentMs").to_number<int>(), 100);
}

std::string head(const std::string& status, const std::string& headers) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "\r\n";
}

/// Answers with a body, and all is right with HTTP.
PromptSource::Script file(std::string body, std::string type = "audio/wav") {
  return [=](const HttpMessage&, PromptPeer& peer) {
    peer.answer("200 OK", body, "Content-Type: " + type + "\r\n");
  };
}
PromptSource::Script status(std::string line) {
  return [=](const HttpMessage&, PromptPeer& peer) { peer.answer(line, "not here"); };
}
PromptSource::Script redirect(std::string to, std::string line = "302 Found") {
  return [=](const HttpMessage&, PromptPeer& peer) { peer.answer(line, "", "Location: " + to + "\r\n"); };
}
/// These bytes, then the end of the connection.
PromptSource::Script bytes_then_end(std::string bytes) {
  return [=](const HttpMessage&, PromptPeer& peer) {
    peer.send(bytes);
    peer.close();
  };
}
/// Goes on until the other side has had enough.
PromptSource::Script endless(std::string start, std::string again) {
  return [=](const HttpMessage&, PromptPeer& peer) {
    peer.send(start);
    while (!peer.stopped()) peer.send(again);
  };
}

std::string wav_with(std::size_t at, std::uint32_t number) {
  std::string wav = make_wav({.seconds = 0.2});
  for (int byte = 0; byte < 4; ++byte) wav[at + byte] = static_cast<char>(number >> (8 * byte));
  return wav;
}

const std::string kWav = make_wav({.seconds = 0.2});
const std::string kLength = "Content-Length: " + std::to_string(kWav.size()) + "\r\n";
const char* const kCutShort = "the peer ended the connection within its answer";
const char* const kIncomplete = "a WAV file whose header is incomplete or whose encoding is not known";

class BadSource : public ::testing::TestWithParam<Case> {
 protected:
  static void SetUpTestSuite() { stage = std::make_unique<Stage>(10s); }
  static void TearDownTestSuite() { stage.reset(); }
  static std::unique_ptr<Stage> stage;
};
std::unique_ptr<Stage> BadSource::stage;

TEST_P(BadSource, ends_as_documented_with_nothing_heard_and_the_next_plays) {
  const Case& bad = GetParam();
  if (bad.script) stage->source.script("/bad.wav", bad.script);
  play_and_expect(*stage, bad.uri.empty() ? stage->source.url("/bad.wav") : bad.uri, bad.subcode, bad.cause);
  expect_good(*stage);
}

INSTANTIATE_TEST_SUITE_P(
    Status, BadSource,
    ::testing::Values(
        Case{"is_404", kDownload, "the server answered with status 404", status("404 Not Found")},
        Case{"is_401", kDownload, "the server answered with status 401", status("401 Unauthorized")},
        Case{"is_500", kDownload, "the server answered with status 500", status("500 Oh")},
        Case{"is_503", kDownload, "the server answered with status 503", status("503 Busy")},
        Case{"is_204", kDownload, "the server answered with status 204",
             [](const HttpMessage&, PromptPeer& peer) { peer.send(head("204 No Content", "")); }},
        Case{"is_206_unasked", kDownload, "the server answered with status 206", status("206 Partial")},
        Case{"is_304_unasked", kDownload, "the server answered 304 to a first request",
             [](const HttpMessage&, PromptPeer& peer) { peer.send(head("304 Not Modified", "")); }}),
    [](const auto& tested) { return tested.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Redirect, BadSource,
    ::testing::Values(
        Case{"loops", kDownload, "too many redirects", redirect("/bad.wav")},
        Case{"without_a_place", kDownload, "the server answered with status 302", status("302 Found")},
        Case{"is_303", kDownload, "the server answered with status 303", redirect("/good.wav", "303 See")},
        Case{"to_cloud_metadata", kDownload,
             "the target address is not allowed: 169.254.169.254 is a cloud metadata address",
             redirect("http://169.254.169.254/latest/meta-data")},
        Case{"to_link_local", kDownload,
             "the target address is not allowed: 169.254.7.7 is a link-local address",
             redirect("http://169.254.7.7/a.wav", "307 Temporary Redirect")},
        Case{"to_a_private_network", kDownload,
             "the target address is not allowed: 10.0.0.1 is a private address",
             redirect("http://10.0.0.1/a.wav", "301 Moved Permanently")},
        Case{"to_a_denied_network", kDownload,
             "the target address is not allowed: 127.0.0.66 is in a denied network",
             redirect("http://127.0.0.66/a.wav", "308 Permanent Redirect")},
        Case{"to_multicast", kDownload, "the target address is not allowed: ff02::1 is a multicast address",
             redirect("http://[ff02::1]/a.wav")},
        Case{"to_a_file", kDownload, "no absolute http or https URL", redirect("file:///etc/passwd")},
        Case{"to_a_dead_port", kDownload, "could not connect",
             redirect("http://127.0.0.1:" + std::to_string(closed_port()) + "/a.wav")}),
    [](const auto& tested) { return tested.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Transfer, BadSource,
    ::testing::Values(
        Case{"content_length_longer_than_the_body", kDownload, kCutShort,
             bytes_then_end(head("200 OK", "Content-Length: 9000\r\n") + kWav)},
        Case{"content_length_shorter_than_the_body", kFormat,
             "the file ends before its audio does: 1956 of 3200 bytes are there",
             bytes_then_end(head("200 OK", "Content-Length: 2000\r\n") + kWav)},
        Case{"content_length_is_no_number", kDownload, "the answer is not valid HTTP",
             bytes_then_end(head("200 OK", "Content-Length: much\r\n") + kWav)},
        Case{"reset_in_mid_body", kDownload, kCutShort,
             [](const HttpMessage&, PromptPeer& peer) {
               peer.send(head("200 OK", kLength) + kWav.substr(0, 1000));
               peer.reset();
             }},
        Case{"closed_in_mid_body", kDownload, kCutShort,
             bytes_then_end(head("200 OK", kLength) + kWav.substr(0, 1000))},
        Case{"closed_in_mid_head", kDownload, kCutShort, bytes_then_end("HTTP/1.1 200 OK\r\nContent-")},
        Case{"closed_in_mid_chunk", kDownload, kCutShort,
             bytes_then_end(head("200 OK", "Transfer-Encoding: chunked\r\n") + "400\r\n" +
                            kWav.substr(0, 100))},
        Case{"closed_before_the_last_chunk", kDownload, kCutShort,
             bytes_then_end(head("200 OK", "Transfer-Encoding: chunked\r\n") + "64\r\n" +
                            kWav.substr(0, 100) + "\r\n")},
        Case{"cut_off_without_any_length", kFormat,
             "the file ends before its audio does: 956 of 3200 bytes are there",
             bytes_then_end(head("200 OK", "Connection: close\r\n") + kWav.substr(0, 1000))},
        Case{"closed_without_a_word", kDownload, "the peer closed the connection", bytes_then_end("")},
        Case{"speaks_no_http", kDownload, "the answer is not valid HTTP",
             bytes_then_end("220 mail.example.com ESMTP\r\n\r\n")},
        Case{"is_announced_too_large", kDownload, "the answer is too large",
             endless(head("200 OK", "Content-Length: 1000000000000\r\n"), std::string(4096, 'x'))},
        Case{"is_endless_without_a_length", kDownload, "the answer is too large",
             endless(head("200 OK", "Connection: close\r\n") + kWav, std::string(4096, 'x'))},
        Case{"is_endless_in_chunks", kDownload, "the answer is too large",
             endless(head("200 OK", "Transfer-Encoding: chunked\r\n"),
                     "1000\r\n" + std::string(4096, 'x') + "\r\n")},
        Case{"has_an_endless_head", kDownload, "the answer is not valid HTTP",
             endless("HTTP/1.1 200 OK\r\n", "X-More: " + std::string(1000, 'x') + "\r\n")},
        Case{"is_one_byte_over_size_max", kDownload, "the answer is too large",
             file(std::string(kSizeMax + 1, 'x'))}),
    [](const auto& tested) { return tested.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Place, BadSource,
    ::testing::Values(
        // A label of more than 63 characters: no name server needs to be asked (RFC 1035 §2.3.4).
        Case{"has_no_address",
             kDownload,
             "the host name has no address",
             {},
             "http://" + std::string(64, 'a') + ".example.com/a.wav"},
        Case{"refuses_the_connection",
             kDownload,
             "could not connect",
             {},
             "http://127.0.0.1:" + std::to_string(closed_port()) + "/a.wav"},
        Case{"is_link_local",
             kDownload,
             "the target address is not allowed: 169.254.7.7 is a link-local address",
             {},
             "http://169.254.7.7/a.wav"},
        Case{"is_metadata_in_an_ipv6_coat",
             kDownload,
             "the target address is not allowed: ::ffff:169.254.169.254 is a cloud metadata address",
             {},
             "http://[::ffff:169.254.169.254]/a.wav"}),
    [](const auto& tested) { return tested.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Format, BadSource,
    ::testing::Values(
        Case{"is_aiff", kFormat, "not a WAV file but AIFF",
             file(make_wav({.format = SF_FORMAT_AIFF | SF_FORMAT_PCM_16}))},
        Case{"is_flac", kFormat, "not a WAV file but FLAC",
             file(make_wav({.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16}))},
        Case{"is_mp3", kFormat, "not a WAV file but MP3",
             file(make_wav({.rate = 16000, .format = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}),
                  "audio/mpeg")},
        Case{"is_text", kFormat, "not a WAV file", file("this is no sound")},
        Case{"is_html", kFormat, "not a WAV file but HTML or XML",
             file("<!DOCTYPE html><html>please log in</html>", "text/html")},
        Case{"is_json", kFormat, "not a WAV file but JSON",
             file(R"({"error":"expired"})", "application/json")},
        Case{"is_gzip", kFormat, "not a WAV file but gzip", file(std::string("\x1f\x8b\x08\0\0", 5))},
        Case{"is_empty", kFormat, "the file is empty", file("")},
        Case{"has_a_truncated_header", kFormat, kIncomplete, file(kWav.substr(0, 30))},
        Case{"has_a_data_length_that_lies", kFormat,
             "the file ends before its audio does: 3200 of 1000000 bytes are there",
             file(wav_with(40, 1'000'000))},
        Case{"has_no_samples", kFormat, "no audio in the file", file(make_wav({.seconds = 0}))},
        Case{"has_a_rate_of_1_hz", kFormat, "sample rate 1 Hz is outside 8000…48000", file(wav_with(24, 1))},
        Case{"has_a_rate_of_2_ghz", kFormat, "sample rate 2147483647 Hz is outside 8000…48000",
             file(wav_with(24, 0x7fffffff))},
        Case{"has_9_channels", kFormat, "9 channels", file(make_wav({.channels = 9, .seconds = 0.1}))}),
    [](const auto& tested) { return tested.param.name; });

class GoodSource : public BadSource {};

TEST_P(GoodSource, is_played_whole) {
  stage->source.script("/bad.wav", GetParam().script);
  expect_good(*stage, "/bad.wav");
}

const std::string kShort = make_wav({.seconds = 0.1});

INSTANTIATE_TEST_SUITE_P(
    Prompts, GoodSource,
    ::testing::Values(
        Case{"of_another_content_type", 0, "", file(kShort, "text/html")},
        Case{"without_a_content_type", 0, "",
             [](const HttpMessage&, PromptPeer& peer) { peer.answer("200 OK", kShort); }},
        Case{"without_a_length", 0, "", bytes_then_end(head("200 OK", "Connection: close\r\n") + kShort)},
        Case{"in_chunks", 0, "",
             bytes_then_end(head("200 OK", "Transfer-Encoding: chunked\r\n") + "64\r\n" +
                            kShort.substr(0, 100) + "\r\n" + fmt::format("{:x}\r\n", kShort.size() - 100) +
                            kShort.substr(100) + "\r\n0\r\n\r\n")},
        Case{"after_100_continue", 0, "",
             [](const HttpMessage&, PromptPeer& peer) {
               peer.send(head("100 Continue", ""));
               peer.answer("200 OK", kShort);
             }},
        Case{"behind_301", 0, "", redirect("/good.wav", "301 Moved Permanently")},
        Case{"behind_302", 0, "", redirect("good.wav", "302 Found")},
        Case{"behind_307", 0, "", redirect("/good.wav", "307 Temporary Redirect")},
        Case{"behind_308", 0, "", redirect("/good.wav#part", "308 Permanent Redirect")},
        Case{"of_size_max_to_the_byte", 0, "", file(kShort + std::string(kSizeMax - kShort.size(), '\0'))}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(BadSource, redirects_are_followed_five_times_and_no_more) {
  for (int hop = 1; hop <= 6; ++hop) {
    const std::string next = hop == 6 ? "/good.wav" : "/hop" + std::to_string(hop + 1);
    stage->source.script("/hop" + std::to_string(hop), redirect(next));
  }
  expect_good(*stage, "/hop2");
  play_and_expect(*stage, stage->source.url("/hop1"), kDownload, "too many redirects");
}

TEST_F(BadSource, that_is_this_server_itself_is_refused) {
  const std::string cause = "the target address is not allowed: 127.0.0.1 is this server itself";
  const std::uint16_t http = stage->server.at().http.port;
  for (const std::uint16_t port : {http, stage->sip_port}) {
    const std::string own = "http://127.0.0.1:" + std::to_string(port) + "/v1.0/communications/calls";
    play_and_expect(*stage, own, kDownload, cause);
    stage->source.script("/bad.wav", redirect(own));
    play_and_expect(*stage, stage->source.url("/bad.wav"), kDownload, cause);
  }
}

class SlowSource : public ::testing::TestWithParam<Case> {};

TEST_P(SlowSource, fails_when_prompts_timeout_is_over_and_leaves_silence_until_then) {
  Stage stage(400ms);
  stage.source.script("/bad.wav", GetParam().script);
  const auto before = std::chrono::steady_clock::now();
  play_and_expect(stage, stage.source.url("/bad.wav"), kDownload, "timed out");
  EXPECT_GE(std::chrono::steady_clock::now() - before, 400ms);
}

INSTANTIATE_TEST_SUITE_P(Prompts, SlowSource,
                         ::testing::Values(Case{"that_never_answers", 0, "",
                                                [](const HttpMessage&, PromptPeer& peer) {
                                                  peer.given_up();
                                                }},
                                           Case{"that_stops_in_mid_body", 0, "",
                                                [](const HttpMessage&, PromptPeer& peer) {
                                                  peer.send(head("200 OK", kLength) + kWav.substr(0, 1000));
                                                  peer.given_up();
                                                }},
                                           Case{"whose_every_byte_is_late", 0, "",
                                                [](const HttpMessage&, PromptPeer& peer) {
                                                  peer.send(head("200 OK", kLength));
                                                  for (const char& byte : kWav) {
                                                    if (peer.given_up(10ms)) return;
                                                    peer.send({&byte, 1});
                                                  }
                                                }},
                                           Case{"that_redirects_slowly_to_itself", 0, "",
                                                [](const HttpMessage&, PromptPeer& peer) {
                                                  if (!peer.given_up(150ms)) redirect("/bad.wav")({}, peer);
                                                }}),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace tonearm::testing
