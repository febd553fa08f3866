#include <cmath>
#include <cstring>
#include <fstream>
#include <numbers>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

constexpr double kHertz = 450;  // whole periods in 20 ms
constexpr double kLevel = 8000;

/// ITU-T G.711, by its definition.
char mu_law(int sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(std::abs(sample), 32635) + 132;
  int exponent = 7;
  while (exponent > 0 && !(magnitude & (0x80 << exponent))) --exponent;
  return static_cast<char>(~(sign | exponent << 4 | ((magnitude >> (exponent + 3)) & 0x0f)));
}

std::string tone_frame() {
  std::string frame;
  for (int i = 0; i < 160; ++i) {
    frame.push_back(mu_law(static_cast<int>(kLevel * std::sin(2 * std::numbers::pi * kHertz * i / 8000))));
  }
  return frame;
}

/// A recording as it was downloaded.
struct Audio {
  explicit Audio(const std::string& wav) {
    EXPECT_TRUE(wav.starts_with("RIFF"));
    EXPECT_EQ(number<std::uint16_t>(wav, 20), 1) << "PCM";
    EXPECT_EQ(number<std::uint16_t>(wav, 22), 1) << "mono";
    EXPECT_EQ(number<std::uint32_t>(wav, 24), 16'000u);
    EXPECT_EQ(number<std::uint16_t>(wav, 34), 16) << "bits";
    for (std::size_t at = 44; at + 1 < wav.size(); at += 2) samples.push_back(number<std::int16_t>(wav, at));
  }
  [[nodiscard]] double seconds() const { return static_cast<double>(samples.size()) / 16'000; }
  /// Of its middle half, where a caller who began or stopped in between is not heard.
  [[nodiscard]] double hertz() const {
    int rises = 0;
    const std::size_t from = samples.size() / 4, to = samples.size() * 3 / 4;
    for (std::size_t i = from + 1; i < to; ++i) rises += samples[i - 1] < 0 && samples[i] >= 0;
    return rises * 16'000.0 / static_cast<double>(to - from);
  }

  std::vector<std::int16_t> samples;

 private:
  template <class Number>
  static Number number(const std::string& wav, std::size_t at) {
    Number value{};
    if (at + sizeof value <= wav.size()) std::memcpy(&value, wav.data() + at, sizeof value);
    return value;
  }
};

std::string path_of(const std::string& location) {
  return location.substr(location.find("/tonearm/"));
}

HttpMessage fetch(const base::Endpoint& at, const std::string& location, const std::string& authorization,
                  const std::string& headers = "", const std::string& method = "GET") {
  Socket socket(SOCK_STREAM, {"127.0.0.1", 0});
  socket.connect(at);
  HttpConnection connection(std::move(socket));
  connection.write(method + " " + path_of(location) + " HTTP/1.1\r\nHost: " + at.to_string() + "\r\n" +
                   (authorization.empty() ? "" : "Authorization: " + authorization + "\r\n") + headers +
                   "\r\n");
  return connection.read(20s, method != "HEAD").value_or(HttpMessage{});
}

HttpMessage download(const base::Endpoint& at, const std::string& location, const std::string& token,
                     const std::string& headers = "") {
  return fetch(at, location, "Bearer " + token, headers);
}

int subcode(const Heard& end) {
  return end.data().at("resultInfo").at("subcode").to_number<int>();
}

double captured_seconds(const Heard& end) {
  return end.data().at("@tonearm.capturedMs").to_number<double>() / 1000;
}

/// A call whose caller whistles.
struct Whistler : LiveCall {
  Whistler(const Listeners& at, Bot& the_bot) : LiveCall(at, the_bot) {
    phone.rtp().say(phone.media(), tone_frame());
  }
  ApiAnswer record(const std::string& members) {
    return api.request("POST", "/" + id + "/recordResponse",
                       R"({"playBeep":false,"maxSilenceTimeoutInSeconds":60,)" + members + "}");
  }
  /// Records until something else ends it, and lets the caller be heard for a while.
  std::string record_for(std::chrono::milliseconds time) {
    const auto answer = record(R"("maxRecordDurationInSeconds":60,"clientContext":"long")");
    EXPECT_EQ(answer.status(), 200) << answer.response.body;
    std::this_thread::sleep_for(time);  // what the caller says, not something that is waited for
    return answer.id();
  }
};

class RecordingTest : public ::testing::Test {
 protected:
  TempDir dir;
  Bot bot;
};

TEST_F(RecordingTest, a_tone_is_recorded_and_had_with_the_recordings_own_token_only) {
  LocalServer server(test_settings(bot, dir.path()));
  const base::Endpoint& api = server.at().http;
  Whistler call(server.at(), bot);
  const auto answer = call.record(R"("maxRecordDurationInSeconds":2,"clientContext":"ctx")");
  ASSERT_EQ(answer.status(), 200) << answer.response.body;
  EXPECT_EQ(answer.text("status"), "running");
  const auto end = bot.wait_operation_end(answer.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  EXPECT_EQ(subcode(*end), 8515);
  EXPECT_EQ(end->text("completionReason"), "maxRecordDurationReached");
  const std::string location = end->text("recordingLocation");
  const std::string token = end->text("recordingAccessToken");
  EXPECT_EQ(location, "http://" + api.to_string() + "/tonearm/recordings/" + answer.id());

  auto read = call.api.get("/" + call.id + "/operations/" + answer.id()).json();
  read.erase("@odata.context");
  EXPECT_EQ(read, end->data());

  const auto whole = download(api, location, token);
  ASSERT_EQ(whole.status(), 200) << whole.body;
  EXPECT_EQ(whole.header("content-type"), "application/octet-stream");
  EXPECT_EQ(whole.header("content-disposition"), "attachment; filename=\"" + answer.id() + ".wav\"");
  const Audio audio(whole.body);
  EXPECT_NEAR(audio.seconds(), 2.0, 0.1);
  EXPECT_NEAR(audio.hertz(), kHertz, 10);

  const auto part = download(api, location, token, "Range: bytes=1000-1999\r\n");
  EXPECT_EQ(part.status(), 206);
  EXPECT_EQ(part.header("content-range"), "bytes 1000-1999/" + std::to_string(whole.body.size()));
  EXPECT_EQ(part.body, whole.body.substr(1000, 1000));
  const auto rest =
      download(api, location, token, "Range: bytes=50000-\r\nIf-Range: " + whole.header("etag") + "\r\n");
  EXPECT_EQ(rest.body, whole.body.substr(50'000));
  EXPECT_EQ(download(api, location, token, "Range: bytes=9999999-\r\n").status(), 416);
  const auto head = fetch(api, location, "Bearer " + token, "", "HEAD");
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head.header("content-length"), std::to_string(whole.body.size()));

  for (const std::string& wrong :
       {std::string(), "Bearer " + std::string(64, '0'), "Bearer " + call.api.token(), token}) {
    const auto refused = fetch(api, location, wrong);
    EXPECT_EQ(refused.status(), 401) << wrong;
    EXPECT_EQ(refused.header("content-type"), "application/json");
  }
  EXPECT_EQ(download(api, "/tonearm/recordings/" + call.id, token).status(), 404);
}

TEST_F(RecordingTest, a_cancelled_record_is_offered_at_once_beside_what_graph_says) {
  LocalServer server(test_settings(bot, dir.path()));
  Whistler call(server.at(), bot);
  const std::string id = call.record_for(700ms);
  ASSERT_EQ(call.api.cancel(call.id).status(), 200);
  const auto end = bot.wait_operation_end(id);
  ASSERT_TRUE(end);
  EXPECT_EQ(subcode(*end), 8508);
  EXPECT_EQ(end->text("recordingLocation"), "");
  EXPECT_EQ(end->text("recordingAccessToken"), "");
  const auto had = download(server.at().http, end->text("@tonearm.recordingLocation"),
                            end->text("@tonearm.recordingAccessToken"));
  ASSERT_EQ(had.status(), 200) << had.body;
  EXPECT_NEAR(Audio(had.body).seconds(), captured_seconds(*end), 0.05);
  EXPECT_GE(captured_seconds(*end), 0.3);
  EXPECT_NEAR(Audio(had.body).hertz(), kHertz, 20);
}

TEST_F(RecordingTest, a_hang_up_completes_the_record_and_it_can_be_had_when_the_call_is_gone) {
  LocalServer server(test_settings(bot, dir.path()));
  Whistler call(server.at(), bot);
  const std::string id = call.record_for(700ms);
  call.phone.send_bye();
  const auto end = bot.wait_operation_end(id);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  EXPECT_EQ(subcode(*end), 0);
  EXPECT_EQ(end->text("@tonearm.endedBy"), "callEnded");
  ASSERT_TRUE(bot.wait_state("terminated"));
  EXPECT_EQ(call.api.get("/" + call.id).status(), 404);
  const auto had =
      download(server.at().http, end->text("recordingLocation"), end->text("recordingAccessToken"));
  ASSERT_EQ(had.status(), 200) << had.body;
  EXPECT_NEAR(Audio(had.body).seconds(), captured_seconds(*end), 0.05);
}

TEST_F(RecordingTest, kill_9_keeps_what_was_recorded_before_and_what_was_being_recorded) {
  const std::string toml = test_toml(bot, dir.path() / "data");
  auto server = std::make_unique<ServerProcess>(toml, dir.path());
  Whistler call(server->at(), bot);
  const auto first = call.record(R"("maxRecordDurationInSeconds":1)");
  const auto done = bot.wait_operation_end(first.id());
  ASSERT_TRUE(done);
  const std::string second = call.record_for(2s);
  server->signal(SIGKILL);
  server->wait();

  server = std::make_unique<ServerProcess>(toml, dir.path());
  const auto end = bot.wait_operation_end(second);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  EXPECT_EQ(subcode(*end), 0);
  EXPECT_EQ(end->data().at("resultInfo").at("message").as_string(),
            "Action completed, the server was restarted.");
  const base::Endpoint& api = server->at().http;
  const auto saved = download(api, end->text("recordingLocation"), end->text("recordingAccessToken"));
  ASSERT_EQ(saved.status(), 200) << saved.body;
  EXPECT_NEAR(Audio(saved.body).seconds(), captured_seconds(*end), 0.05);
  EXPECT_GE(captured_seconds(*end), 0.5);
  EXPECT_NEAR(Audio(saved.body).hertz(), kHertz, 20);
  const auto kept = download(api, done->text("recordingLocation"), done->text("recordingAccessToken"));
  ASSERT_EQ(kept.status(), 200) << kept.body;
  EXPECT_NEAR(Audio(kept.body).seconds(), 1.0, 0.1);
  EXPECT_EQ(download(api, done->text("recordingLocation"), end->text("recordingAccessToken")).status(), 401);
}

TEST_F(RecordingTest, at_the_disk_limit_a_record_is_507_and_not_even_its_barge_in_happens) {
  auto settings = test_settings(bot, dir.path());
  settings.recordings.disk_max = config::mib(1);
  std::filesystem::create_directories(dir.path() / "recordings");
  std::ofstream(dir.path() / "recordings" / "0fe0623f-d628-42ed-b4bd-8ac290072cc5.wav")
      << std::string(1 << 20, 'x');
  bot.serve("/long.wav", tone_wav(440, 20.0));
  LocalServer server(std::move(settings));
  Whistler call(server.at(), bot);
  const auto play = call.api.play(call.id, bot.url("/long.wav"));
  ASSERT_TRUE(call.phone.rtp().wait_voiced(5));
  EXPECT_EQ(call.record(R"("bargeInAllowed":true)").status(), 507);
  EXPECT_TRUE(call.phone.rtp().wait_voiced(10)) << "the prompt plays on";
  EXPECT_EQ(call.api.get("/" + call.id + "/operations/" + play.id()).text("status"), "running");
  EXPECT_TRUE(wait_metric(server.at(), "tonearm_recordings_bytes", 1 << 20));
}

TEST_F(RecordingTest, its_time_is_over_after_the_calls_end_and_the_delivery) {
  auto settings = test_settings(bot, dir.path());
  settings.recordings.keep = 0ms;
  LocalServer server(std::move(settings));
  Whistler call(server.at(), bot);
  const auto answer = call.record(R"("maxRecordDurationInSeconds":1)");
  const auto end = bot.wait_operation_end(answer.id());
  ASSERT_TRUE(end);
  const auto status = [&] {
    return download(server.at().http, end->text("recordingLocation"), end->text("recordingAccessToken"))
        .status();
  };
  EXPECT_EQ(status(), 200) << "the call is still up";
  call.api.hang_up(call.id);
  ASSERT_TRUE(bot.wait_state("terminated"));
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (status() != 404 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(20ms);  // the mark of the delivery travels with the next commit
  EXPECT_EQ(status(), 404);
}

}  // namespace
}  // namespace tonearm::testing
