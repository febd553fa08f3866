#include <cstdlib>
#include <fstream>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "eventually.hpp"
#include "faults.hpp"
#include "histories.hpp"
#include "recording_peer.hpp"
#include "server_fixture.hpp"
#include "sip_callee.hpp"

// The disk below the data directory is full, read-only, or hangs: calls go on, what cannot be kept is refused
// before it happens, and what was promised comes when the disk is back.

namespace tonearm::testing {
namespace {

using ::testing::HasSubstr;

ApiAnswer create_call(ApiClient& api, const Bot& bot) {
  return api.request(
      "POST", "",
      R"({"@odata.type":"#microsoft.graph.call","callbackUri":")" + bot.url() +
          R"(","targets":[{"identity":{"user":{"id":"00000000-0000-4000-8000-000000000101"}}}],)"
          R"("requestedModalities":["audio"],"mediaConfig":)"
          R"({"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})");
}

/// The final answer to a new caller.
SipText invited(const Listeners& at) {
  SipPhone phone(at.sip);
  phone.send_invite("ivr", phone.sdp());
  return phone.wait_final("INVITE").value_or(SipText{});
}

/// Nothing but silence for half a second, while packets go on.
bool falls_silent(SipPhone& phone) {
  return phone.rtp().wait_for([](const std::vector<HeardPacket>& packets) {
    return packets.size() >= 25 &&
           std::none_of(packets.end() - 25, packets.end(), [](const auto& p) { return p.voiced(); });
  });
}

bool goes_on(SipPhone& phone) {
  const std::size_t before = phone.rtp().count();
  return phone.rtp().wait_for([&](const auto& packets) { return packets.size() > before + 25; });
}

class DiskFaults : public ::testing::Test {
 protected:
  DiskFaults() { bot_.serve("/long.wav", tone_wav(440, 60.0)); }

  [[nodiscard]] std::filesystem::path data() const { return dir_.path() / "data"; }
  [[nodiscard]] std::string toml() const {
    return test_toml(bot_, data(),
                     "[[user]]\nid = \"00000000-0000-4000-8000-000000000101\"\nname = \"Ada\"\nsip = \"" +
                         ada_.contact() + "\"\n");
  }
  void start() { server_ = std::make_unique<ServerProcess>(toml(), dir_.path(), faults_.environment()); }
  [[nodiscard]] const Listeners& at() const { return server_->at(); }

  void expect_new_calls_refused(ApiClient& api) {
    EXPECT_TRUE(wait_metric(at(), "tonearm_store_oldest_seconds", 1.1));
    const auto refused = create_call(api, bot_);
    EXPECT_EQ(refused.status(), 503);
    EXPECT_NE(refused.response.header("retry-after"), "");
    const auto busy = invited(at());
    EXPECT_EQ(busy.status(), 503);
    EXPECT_NE(busy.header("Retry-After"), "");
  }

  /// As long as was told, and no gap in it.
  void expect_whole(const Heard& end) {
    const auto had = download_offered(at().http, end);
    ASSERT_TRUE(had && had->status() == 200);
    const Audio audio(had->body);
    EXPECT_NEAR(audio.seconds(), captured_seconds(end), 0.05);
    EXPECT_NEAR(audio.level_db(), kWhistleDb, 0.5);
  }

  /// Everything was told once, in order, and all is over.
  void expect_all_is_told() {
    EXPECT_TRUE(eventually([&] { return metric(at(), "tonearm_notifications_pending") == 0; }));
    for (const auto& [call, history] : histories(bot_.heard())) {
      EXPECT_TRUE(history.over) << call;
      EXPECT_EQ(history.faults, std::vector<std::string>());
    }
    server_->signal(SIGTERM);
    EXPECT_EQ(server_->wait(), 0);
  }

  TempDir dir_;
  Bot bot_;
  SipCallee ada_;
  Faults faults_{dir_.path(), data()};
  std::unique_ptr<ServerProcess> server_;
};

class FailingDisk : public DiskFaults, public ::testing::WithParamInterface<Disk> {};

INSTANTIATE_TEST_SUITE_P(Disk, FailingDisk, ::testing::Values(Disk::full, Disk::read_only),
                         [](const auto& one) { return one.param == Disk::full ? "full" : "read_only"; });

TEST_P(FailingDisk, refuses_what_it_cannot_keep_and_keeps_what_was_promised) {
  start();
  LiveCall playing(at(), bot_);
  Whistler recorded(at(), bot_);
  const auto play = playing.api.play(playing.id, bot_.url("/long.wav"));
  ASSERT_TRUE(playing.phone.rtp().wait_voiced(5));
  const std::string record = recorded.record_for(300ms);

  faults_.disk(GetParam());
  EXPECT_EQ(playing.api.play(playing.id, bot_.url("/long.wav"), "refused").status(), 500);
  expect_new_calls_refused(playing.api);
  EXPECT_TRUE(goes_on(playing.phone));
  auto cancel = std::async(std::launch::async, [&] {
    return ApiClient(at().http, playing.api.token()).cancel(playing.id).status();
  });
  EXPECT_TRUE(falls_silent(playing.phone));
  recorded.phone.send_bye();
  EXPECT_TRUE(recorded.phone.wait_status(200, "BYE"));
  EXPECT_FALSE(bot_.wait_operation_end(play.id(), 0ms));

  faults_.disk(Disk::good);
  EXPECT_EQ(cancel.get(), 200);
  EXPECT_TRUE(bot_.wait_operation_end(play.id()));
  EXPECT_TRUE(bot_.wait_operation_end(record));
  const auto created = create_call(playing.api, bot_);
  EXPECT_EQ(created.status(), 201);
  EXPECT_TRUE(ada_.wait_invite());
  ada_.refuse(486, "Busy Here");
  EXPECT_EQ(playing.api.hang_up(playing.id).status(), 204);
  EXPECT_TRUE(eventually([&] { return histories(bot_.heard())[playing.id].over; }));
  for (const std::string& call : {recorded.id, created.id()})
    EXPECT_TRUE(eventually([&] { return histories(bot_.heard())[call].over; }));
  expect_all_is_told();
}

TEST_P(FailingDisk, at_the_start_is_a_clear_refusal) {
  { ServerProcess once(toml(), dir_.path(), faults_.environment()); }
  faults_.disk(GetParam());
  const auto [status, said] = refused_start(toml(), dir_.path(), faults_.environment());
  EXPECT_EQ(status, 1) << said;
  EXPECT_THAT(said, HasSubstr(data().string()));
  EXPECT_THAT(said, HasSubstr(GetParam() == Disk::full ? "No space left" : "Read-only file system"));
}

/// Nobody is left waiting for longer than ten seconds.
::testing::Matcher<int> answer_after(std::chrono::steady_clock::duration wait) {
  if (wait < 9s) return 200;
  if (wait > 12s) return 500;
  return ::testing::AnyOf(200, 500);
}

class StalledDisk : public DiskFaults, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    if (GetParam() > 6 && std::getenv("TONEARM_FULL") == nullptr) GTEST_SKIP() << "a long one: --full";
  }
};

INSTANTIATE_TEST_SUITE_P(Seconds, StalledDisk, ::testing::Values(1, 6, 30));

TEST_P(StalledDisk, lets_the_calls_go_on_refuses_new_ones_and_loses_nothing) {
  start();
  Whistler playing(at(), bot_), leaving(at(), bot_),
      recorded(at(), bot_);  // who is silent is hung up one day
  const auto play = playing.api.play(playing.id, bot_.url("/long.wav"));
  ASSERT_TRUE(playing.phone.rtp().wait_voiced(5));
  const auto record = recorded.record(R"("maxRecordDurationInSeconds":120)");

  const auto began = std::chrono::steady_clock::now();
  faults_.disk(Disk::stalled);
  auto waits = std::async(std::launch::async, [&] {
    return ApiClient(at().http, playing.api.token()).play(playing.id, bot_.url("/long.wav")).status();
  });
  EXPECT_TRUE(eventually([&] { return faults_.was_met(); }));
  EXPECT_TRUE(goes_on(playing.phone));
  std::future<int> cancel;
  auto cancelled = began;
  if (GetParam() > 5) {
    expect_new_calls_refused(playing.api);
    EXPECT_TRUE(eventually([&] {
      return leaving.api.request("POST", "/" + leaving.id + "/subscribeToTone", "{}").status() == 503;
    }));
    cancelled = std::chrono::steady_clock::now();
    cancel = std::async(std::launch::async, [&] {
      return ApiClient(at().http, playing.api.token()).cancel(playing.id).status();
    });
    EXPECT_TRUE(falls_silent(playing.phone));
  }
  leaving.phone.send_bye();
  EXPECT_TRUE(leaving.phone.wait_status(200, "BYE"));
  std::this_thread::sleep_until(began + std::chrono::seconds(GetParam()));  // the stall under test
  EXPECT_TRUE(goes_on(playing.phone));
  faults_.disk(Disk::good);

  EXPECT_THAT(waits.get(), answer_after(std::chrono::steady_clock::now() - began));
  if (cancel.valid()) {
    EXPECT_THAT(cancel.get(), answer_after(std::chrono::steady_clock::now() - cancelled));
  }
  EXPECT_EQ(recorded.api.cancel(recorded.id).status(), 200);
  const auto end = bot_.wait_operation_end(record.id());
  ASSERT_TRUE(end);
  expect_whole(*end);
  for (Whistler* call : {&playing, &recorded}) EXPECT_EQ(call->api.hang_up(call->id).status(), 204);
  for (Whistler* call : {&playing, &leaving, &recorded})
    EXPECT_TRUE(eventually([&] { return histories(bot_.heard())[call->id].over; }));
  EXPECT_TRUE(histories(bot_.heard())[playing.id].ended.contains(play.id()));
  expect_all_is_told();
}

TEST_F(DiskFaults, a_server_that_is_killed_while_its_disk_hangs_loses_nothing_that_was_answered) {
  start();
  LiveCall call(at(), bot_);
  const auto play = call.api.play(call.id, bot_.url("/long.wav"));
  ASSERT_EQ(play.status(), 200);
  faults_.disk(Disk::stalled);
  auto unanswered = std::async(std::launch::async, [&] {
    try {
      return ApiClient(at().http, call.api.token()).play(call.id, bot_.url("/long.wav")).status();
    } catch (const std::runtime_error&) {
      return 0;
    }
  });
  EXPECT_TRUE(eventually([&] { return faults_.was_met(); }));
  server_->signal(SIGKILL);
  server_->wait();
  EXPECT_EQ(unanswered.get(), 0);

  faults_.disk(Disk::good);
  start();
  EXPECT_TRUE(call.phone.wait_request("BYE"));
  EXPECT_TRUE(bot_.wait_operation_end(play.id()));
  EXPECT_TRUE(eventually([&] { return histories(bot_.heard())[call.id].over; }));
  expect_all_is_told();
}

/// Bytes of a file, overwritten.
void overwrite(const std::filesystem::path& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << std::string(2000, '\x55');
}

TEST_F(DiskFaults, a_damaged_database_is_a_clear_refusal_and_stays_as_it_is) {
  start();
  { LiveCall call(at(), bot_); }
  server_->signal(SIGKILL);
  server_->wait();
  const auto log = data() / "tonearm.db-wal";
  const auto size = std::filesystem::file_size(log);
  overwrite(log, 4096);
  const auto [status, said] = refused_start(toml(), dir_.path());
  EXPECT_EQ(status, 1) << said;
  EXPECT_THAT(said, HasSubstr("tonearm.db: "));
  EXPECT_THAT(said, HasSubstr("move it"));
  EXPECT_EQ(std::filesystem::file_size(log), size);
}

}  // namespace
}  // namespace tonearm::testing
