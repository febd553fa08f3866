#include <fstream>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "recording_peer.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

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
  EXPECT_NEAR(audio.hertz(), kWhistleHertz, 10);

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

class RecordingLossRate : public RecordingTest, public ::testing::WithParamInterface<int> {};

TEST_P(RecordingLossRate, a_record_lasts_as_long_as_it_took_at_the_callers_pitch_and_level) {
  const int percent = GetParam();
  LocalServer server(test_settings(bot, dir.path()));
  const auto lost = [percent, chance = std::mt19937(1)]() mutable {
    return static_cast<int>(chance() % 100) < percent;
  };
  Whistler call(server.at(), bot, lost);
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const auto asked = now();
  const auto answer = call.record(R"("maxRecordDurationInSeconds":60)");
  ASSERT_EQ(answer.status(), 200) << answer.response.body;
  const auto begun = now();
  std::this_thread::sleep_for(4s);  // what the caller says, not something that is waited for
  const std::chrono::duration<double> least = now() - begun;
  ASSERT_EQ(call.api.cancel(call.id).status(), 200);
  const std::chrono::duration<double> most = now() - asked;
  const auto end = bot.wait_operation_end(answer.id());
  ASSERT_TRUE(end);
  const Audio audio(download(server.at().http, end->text("@tonearm.recordingLocation"),
                             end->text("@tonearm.recordingAccessToken"))
                        .body);
  RecordProperty("seconds", std::to_string(audio.seconds()) + " of " + std::to_string(least.count()) +
                                " to " + std::to_string(most.count()));
  RecordProperty("hertz", std::to_string(audio.hertz()));
  RecordProperty("level_db", std::to_string(audio.level_db()));
  EXPECT_GE(audio.seconds(), least.count() - 0.1);
  EXPECT_LE(audio.seconds(), most.count() + 0.1);
  EXPECT_NEAR(audio.hertz(), kWhistleHertz, 5);
  EXPECT_NEAR(audio.level_db(), kWhistleDb, percent == 0 ? 0.2 : 1.0);
}

INSTANTIATE_TEST_SUITE_P(percent, RecordingLossRate, ::testing::Values(0, 5),
                         ::testing::PrintToStringParamName());

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
  EXPECT_NEAR(Audio(had.body).hertz(), kWhistleHertz, 20);
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
  EXPECT_NEAR(Audio(saved.body).hertz(), kWhistleHertz, 20);
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
