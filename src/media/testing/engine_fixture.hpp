#pragma once

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "media/engine.hpp"
#include "media/testing/fake_fetcher.hpp"
#include "media/testing/phone.hpp"
#include "media/testing/prompts.hpp"
#include "media/testing/report_log.hpp"

namespace tonearm::media::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr const char* kUrl = "http://prompts.example.com/hello.wav";

inline bool is_prompt(const HeardPacket& packet) {
  return packet.payload[0] != silence_byte(Codec::pcmu);
}

/// An engine, a session with a phone at its other end, on both backends.
class EngineTest : public ::testing::TestWithParam<IoBackend> {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::warn); }
  void SetUp() override {
    options_.backend = GetParam();
    options_.ports = {.first = 30000, .last = 31999};
    options_.quarantine = milliseconds(0);
  }
  void start() {
    auto engine = Engine::start(options_, fetcher_);
    if (!engine) GTEST_SKIP() << engine.error().message();
    engine_ = std::move(*engine);
  }
  void open(std::optional<StreamSettings> settings = {}) {
    if (!engine_) start();
    if (!engine_) return;
    if (!settings) settings = to(phone_);
    auto session = engine_->open({.sink = log_.sink(), .settings = settings, .address = {}, .tap = tap_});
    ASSERT_TRUE(session) << session.error().message();
    session_ = *session;
  }
  static StreamSettings to(const Phone& phone) {
    StreamSettings settings;
    settings.remote = phone.address();
    settings.rtcp_mux = true;
    return settings;
  }
  void play(OperationNumber number, PromptPtr prompt, bool forever = false) {
    PlayRequest request{.items = {}, .forever = forever};
    request.items.push_back({.key = {}, .loops = 1, .prompt = std::move(prompt)});
    session_->post_prepare(number, std::move(request));
    session_->post_start(number);
  }
  void play_urls(OperationNumber number, const std::vector<std::string>& urls, std::uint32_t loops = 1) {
    PlayRequest request;
    for (const auto& url : urls)
      request.items.push_back(
          {.key = {.application = "a", .url = url, .resource_id = {}}, .loops = loops, .prompt = {}});
    session_->post_prepare(number, std::move(request));
    session_->post_start(number);
  }
  std::vector<HeardPacket> prompt_packets() const {
    std::vector<HeardPacket> packets;
    std::ranges::copy_if(phone_.heard, std::back_inserter(packets), is_prompt);
    return packets;
  }
  /// Prompt packets, at least so many: an ending may be known before its last packet was read.
  std::vector<HeardPacket> hear_prompt(std::size_t packets) {
    phone_.listen_until(
        [&] { return static_cast<std::size_t>(std::ranges::count_if(phone_.heard, is_prompt)) >= packets; });
    return prompt_packets();
  }
  void expect_continuous() const {
    for (std::size_t i = 1; i < phone_.heard.size(); ++i) {
      const RtpHeader& before = phone_.heard[i - 1].header;
      const RtpHeader& now = phone_.heard[i].header;
      ASSERT_EQ(now.sequence, static_cast<std::uint16_t>(before.sequence + 1));
      ASSERT_EQ(now.ssrc, before.ssrc);
      const std::uint32_t step = now.timestamp - before.timestamp;
      if (now.marker)
        ASSERT_EQ(step % 160, 0U);
      else
        ASSERT_EQ(step, 160U) << i;
    }
  }

  EngineOptions options_;
  FakeFetcher fetcher_;
  ReportLog log_;
  Phone phone_;
  std::shared_ptr<ReceiveTap> tap_;
  std::shared_ptr<Session> session_;
  std::unique_ptr<Engine> engine_;  // last: its sessions report while it ends
};

#define TONEARM_ON_BOTH_BACKENDS(suite)                                      \
  INSTANTIATE_TEST_SUITE_P(                                                  \
      Backends, suite, ::testing::Values(IoBackend::uring, IoBackend::mmsg), \
      [](const auto& backend) { return backend.param == IoBackend::uring ? "uring" : "mmsg"; })

}  // namespace tonearm::media::testing
