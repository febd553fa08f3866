#include "media/engine.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "media/g711.hpp"
#include "media/rtcp_packet.hpp"
#include "media/testing/fake_fetcher.hpp"
#include "media/testing/phone.hpp"
#include "media/testing/report_log.hpp"
#include "media/testing/wav.hpp"
#include "media/wav_decoder.hpp"

namespace tonearm::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HeardPacket;
using testing::Phone;

constexpr const char* kUrl = "http://prompts.example.com/hello.wav";

/// A prompt whose every frame is of one byte that never occurs in silence.
PromptPtr marked_prompt(std::size_t frames, std::uint8_t byte) {
  auto prompt = std::make_shared<EncodedPrompt>();
  for (auto& audio : prompt->audio) audio.assign(frames * kFrameBytes, byte);
  return prompt;
}

bool is_prompt(const HeardPacket& packet) {
  return packet.payload[0] != silence_byte(Codec::pcmu);
}

/// Holds a media thread for a while, as a stopped process would.
class Stall final : public Mail {
 public:
  explicit Stall(milliseconds time) : time_(time) {}
  Fate arrive(MediaThread&) override {
    const auto until = base::SteadyClock::now() + time_;
    while (base::SteadyClock::now() < until) {
    }
    return Fate::deliver;
  }
  void deliver() override { delete this; }

 private:
  const milliseconds time_;
};

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
  testing::FakeFetcher fetcher_;
  testing::ReportLog log_;
  Phone phone_;
  std::shared_ptr<ReceiveTap> tap_;
  std::shared_ptr<Session> session_;
  std::unique_ptr<Engine> engine_;  // last: its sessions report while it ends
};

TEST_P(EngineTest, silence_flows_from_the_start_and_only_the_first_packet_is_marked) {
  open();
  ASSERT_TRUE(phone_.hear(10));
  for (std::size_t i = 0; i < 10; ++i) {
    const HeardPacket& packet = phone_.heard[i];
    EXPECT_EQ(packet.header.marker, i == 0);
    EXPECT_EQ(packet.header.payload_type, 0);
    EXPECT_EQ(packet.payload, std::vector<std::uint8_t>(160, 0xFF));
  }
  expect_continuous();
}

TEST_P(EngineTest, pcma_and_a_payload_type_of_the_far_end_are_obeyed) {
  StreamSettings settings = to(phone_);
  settings.codec = Codec::pcma;
  settings.send_payload_type = 97;
  open(settings);
  ASSERT_TRUE(phone_.hear(2));
  EXPECT_EQ(phone_.heard[1].header.payload_type, 97);
  EXPECT_EQ(phone_.heard[1].payload, std::vector<std::uint8_t>(160, 0xD5));
}

TEST_P(EngineTest, a_prompt_is_heard_exactly_as_its_file_encodes) {
  const std::string wav = testing::make_wav({.seconds = 0.51});
  fetcher_.serve(kUrl, wav);
  open();
  play_urls(1, {kUrl});
  ASSERT_TRUE(log_.wait<Ready>());
  ASSERT_TRUE(log_.wait<Started>());
  const auto ended = log_.wait<Ended>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->sent, milliseconds(520));
  EXPECT_FALSE(ended->failure);
  ASSERT_TRUE(phone_.hear(2));
  expect_continuous();

  const auto expected = decode_wav({reinterpret_cast<const std::uint8_t*>(wav.data()), wav.size()});
  ASSERT_TRUE(expected);
  std::vector<std::uint8_t> sound;
  for (const auto& packet : phone_.heard)
    sound.insert(sound.end(), packet.payload.begin(), packet.payload.end());
  EXPECT_FALSE(std::ranges::search(sound, expected->of(Codec::pcmu)).empty());
}

TEST_P(EngineTest, two_queued_prompts_follow_each_other_without_a_gap) {
  open();
  play(1, marked_prompt(10, 0x11));
  play(2, marked_prompt(10, 0x22));
  ASSERT_TRUE(log_.wait<Ended>());
  ASSERT_TRUE(log_.wait<Ended>());
  phone_.listen();
  const auto packets = prompt_packets();
  ASSERT_EQ(packets.size(), 20U);
  EXPECT_EQ(static_cast<std::uint16_t>(packets.back().header.sequence - packets.front().header.sequence), 19);
  EXPECT_EQ(packets[9].payload[0], 0x11);
  EXPECT_EQ(packets[10].payload[0], 0x22);
  expect_continuous();
}

TEST_P(EngineTest, reports_come_in_the_order_of_events) {
  open();
  play(1, marked_prompt(3, 0x11));
  play(2, marked_prompt(3, 0x22));
  log_.wait<Ended>();
  log_.wait<Ended>();
  std::string order;
  for (const Report& report : log_.all()) order += "OoRFSEXMC"[report.index()];
  EXPECT_EQ(order.find('O'), 0U);
  EXPECT_LT(order.find('E'), order.rfind('S')) << order;
  EXPECT_EQ(log_.count<Started>(), 2U);
  EXPECT_EQ(log_.count<Ended>(), 2U);
}

TEST_P(EngineTest, after_the_acknowledgement_of_a_stop_no_packet_of_the_prompt_leaves) {
  open();
  ASSERT_TRUE(phone_.hear(1));
  std::mt19937 random(7);
  for (OperationNumber n = 1; n <= 200; ++n) {
    play(n, marked_prompt(1000, 0x11));
    const std::size_t before = phone_.heard.size();
    ASSERT_TRUE(phone_.listen_until([&] {
      return std::any_of(phone_.heard.begin() + static_cast<std::ptrdiff_t>(before), phone_.heard.end(),
                         is_prompt);
    }));
    const auto phase = base::SteadyClock::now() + std::chrono::microseconds(random() % 20'000);
    phone_.listen_until([&] { return base::SteadyClock::now() >= phase; });
    session_->post_stop(n, {n});
    const auto stopped = log_.wait<Stopped>();
    ASSERT_TRUE(stopped);
    phone_.listen();  // loopback: what had been sent by then is here
    const std::size_t at_ack = phone_.heard.size();
    ASSERT_EQ(stopped->results[0].outcome, StopOutcome::cut);
    const auto mine = std::count_if(phone_.heard.begin() + static_cast<std::ptrdiff_t>(before),
                                    phone_.heard.end(), is_prompt);
    EXPECT_EQ(stopped->results[0].sent, milliseconds(20 * mine));
    ASSERT_TRUE(phone_.hear(1));
    ASSERT_TRUE(std::none_of(phone_.heard.begin() + static_cast<std::ptrdiff_t>(at_ack), phone_.heard.end(),
                             is_prompt));
  }
  expect_continuous();
}

TEST_P(EngineTest, a_stop_in_the_last_frame_has_one_ending_that_agrees_with_the_packets) {
  open();
  ASSERT_TRUE(phone_.hear(1));
  std::mt19937 random(11);
  int completed = 0;
  int cut = 0;
  for (OperationNumber n = 1; n <= 200; ++n) {
    const std::size_t before = prompt_packets().size();
    play(n, marked_prompt(2, 0x11));
    ASSERT_TRUE(log_.wait<Started>());
    const auto phase = base::SteadyClock::now() + std::chrono::microseconds(19'000 + random() % 2'000);
    while (base::SteadyClock::now() < phase) {
    }
    const auto ended_before = log_.count<Ended>();
    session_->post_stop(n, {n});
    const auto stopped = log_.wait<Stopped>();
    ASSERT_TRUE(stopped);
    phone_.listen();
    const std::size_t packets = prompt_packets().size() - before;
    const StopResult& result = stopped->results[0];
    EXPECT_EQ(result.sent,
              result.outcome == StopOutcome::nothing ? milliseconds(0) : milliseconds(20 * packets));
    if (result.outcome == StopOutcome::cut) {
      ++cut;
      EXPECT_EQ(packets, 1U);
    } else {
      ++completed;
      EXPECT_EQ(packets, 2U);
    }
    EXPECT_LE(log_.count<Ended>() - ended_before, result.outcome == StopOutcome::cut ? 0U : 1U);
  }
  EXPECT_EQ(log_.count<Ended>(), static_cast<std::size_t>(completed));
  EXPECT_EQ(completed + cut, 200);
}

TEST_P(EngineTest, a_stop_names_every_operation_and_what_is_behind_it_plays) {
  open();
  play(1, marked_prompt(500, 0x11));
  play(2, marked_prompt(5, 0x22));
  fetcher_.hold(kUrl);
  play_urls(3, {kUrl});
  ASSERT_TRUE(log_.wait<Started>());
  session_->post_stop(9, {1, 2, 3, 4});
  play(5, marked_prompt(5, 0x55));
  const auto stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->stop, 9U);
  ASSERT_EQ(stopped->results.size(), 4U);
  EXPECT_EQ(stopped->results[0].outcome, StopOutcome::cut);
  EXPECT_EQ(stopped->results[1].outcome, StopOutcome::never_started);
  EXPECT_EQ(stopped->results[2].outcome, StopOutcome::never_started);
  EXPECT_EQ(stopped->results[3].outcome, StopOutcome::nothing);
  EXPECT_NE(stopped->cut_at, base::TimePoint{});
  EXPECT_EQ(fetcher_.given_up(), 1);
  fetcher_.release(kUrl);
  const auto ended = log_.wait<Ended>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->number, 5U);
  phone_.listen();
  EXPECT_TRUE(std::ranges::none_of(phone_.heard, [](const auto& p) { return p.payload[0] == 0x22; }));
}

TEST_P(EngineTest, a_stop_of_what_is_armed_lets_the_running_one_go_on) {
  open();
  play(1, marked_prompt(10, 0x11));
  play(2, marked_prompt(10, 0x22));
  ASSERT_TRUE(log_.wait<Started>());
  session_->post_stop(1, {2});
  const auto stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->cut_at, base::TimePoint{});
  EXPECT_EQ(stopped->results[0].outcome, StopOutcome::never_started);
  EXPECT_EQ(log_.wait<Ended>()->sent, milliseconds(200));
  ASSERT_TRUE(phone_.hear(3));
  EXPECT_EQ(prompt_packets().size(), 10U);
}

TEST_P(EngineTest, a_stop_when_nothing_plays_is_acknowledged_at_once) {
  open();
  session_->post_stop(4, {});
  EXPECT_TRUE(log_.wait<Stopped>());
  session_->post_stop(5, {17});
  EXPECT_EQ(log_.wait<Stopped>()->results[0].outcome, StopOutcome::nothing);
}

TEST_P(EngineTest, a_tiny_send_buffer_drops_and_nothing_leaves_late) {
  options_.sockets.send_buffer = 1;  // the kernel makes it its minimum
  open();
  play(1, marked_prompt(1000, 0x11));
  ASSERT_TRUE(log_.wait<Started>());
  ASSERT_TRUE(phone_.hear(10));
  session_->post_stop(1, {1});
  const auto stopped = log_.wait<Stopped>();
  ASSERT_TRUE(stopped);
  phone_.listen();
  const auto at_ack = prompt_packets().size();
  EXPECT_EQ(stopped->results[0].sent, milliseconds(20 * at_ack));
  ASSERT_TRUE(phone_.hear(5));
  EXPECT_EQ(prompt_packets().size(), at_ack);
}

TEST_P(EngineTest, a_stall_skips_ticks_and_the_prompt_stays_in_place) {
  open();
  play(1, marked_prompt(40, 0x11));
  ASSERT_TRUE(log_.wait<Started>());
  ASSERT_TRUE(phone_.hear(5));
  engine_->thread(0).post(*new Stall(milliseconds(300)));
  const auto ended = log_.wait<Ended>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->sent, milliseconds(800));
  phone_.listen();
  expect_continuous();
  const auto packets = prompt_packets();
  ASSERT_EQ(packets.size(), 40U);
  std::uint32_t jumps = 0;
  for (std::size_t i = 1; i < packets.size(); ++i) {
    const std::uint32_t step = packets[i].header.timestamp - packets[i - 1].header.timestamp;
    if (step == 160) continue;
    ++jumps;
    EXPECT_TRUE(packets[i].header.marker);
    EXPECT_NEAR(static_cast<double>(step) / 8, 310, 30);  // [ms]
  }
  EXPECT_EQ(jumps, 1U);
  EXPECT_GE(engine_->metrics().ticks_skipped, 250U);
}

TEST_P(EngineTest, on_hold_nothing_is_sent_but_the_operation_ends_in_its_time) {
  open();
  play(1, marked_prompt(30, 0x11));
  ASSERT_TRUE(log_.wait<Started>());
  const auto started = base::SteadyClock::now();
  ASSERT_TRUE(phone_.hear(5));
  StreamSettings held = to(phone_);
  held.send = false;
  held.held = true;
  session_->post_update(held);
  const auto ended = log_.wait<Ended>();
  ASSERT_TRUE(ended);
  EXPECT_NEAR(std::chrono::duration<double>(base::SteadyClock::now() - started).count(), 0.58, 0.06);
  phone_.listen();
  const auto sent = prompt_packets().size();
  EXPECT_LT(sent, 15U);
  EXPECT_EQ(ended->sent, milliseconds(20 * sent));
  const auto heard = phone_.heard.size();
  session_->post_update(to(phone_));
  ASSERT_TRUE(phone_.hear(3));
  EXPECT_TRUE(phone_.heard[heard].header.marker);
  expect_continuous();
}

TEST_P(EngineTest, ten_millisecond_packets_carry_half_a_frame) {
  StreamSettings settings = to(phone_);
  settings.ptime_ms = 10;
  open(settings);
  play(1, marked_prompt(5, 0x11));
  EXPECT_EQ(log_.wait<Ended>()->sent, milliseconds(100));
  phone_.listen();
  const auto packets = prompt_packets();
  ASSERT_EQ(packets.size(), 10U);
  EXPECT_EQ(packets[0].payload.size(), 80U);
  EXPECT_EQ(packets[1].header.timestamp - packets[0].header.timestamp, 80U);
}

TEST_P(EngineTest, a_prompt_and_a_list_are_repeated_as_asked) {
  open();
  PlayRequest request;
  request.items.push_back({.key = {}, .loops = 3, .prompt = marked_prompt(2, 0x11)});
  request.items.push_back({.key = {}, .loops = 1, .prompt = marked_prompt(2, 0x22)});
  session_->post_prepare(1, std::move(request));
  session_->post_start(1);
  EXPECT_EQ(log_.wait<Ended>()->sent, milliseconds(160));
  play(2, marked_prompt(2, 0x33), /*forever=*/true);
  ASSERT_TRUE(phone_.listen_until([&] { return prompt_packets().size() >= 8 + 7; }));
  session_->post_stop(1, {2});
  EXPECT_EQ(log_.wait<Stopped>()->results[0].outcome, StopOutcome::cut);
}

TEST_P(EngineTest, prompts_before_an_unreadable_one_are_played_then_the_operation_fails) {
  fetcher_.serve("http://a.example.com/good.wav", testing::make_wav({.seconds = 0.1}));
  fetcher_.serve("http://a.example.com/bad.wav", "no WAV at all");
  open();
  play_urls(
      1, {"http://a.example.com/good.wav", "http://a.example.com/bad.wav", "http://a.example.com/good.wav"});
  const auto ended = log_.wait<Ended>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->sent, milliseconds(100));
  ASSERT_TRUE(ended->failure);
  EXPECT_EQ(ended->failure->kind, PromptFailure::Kind::format);
  play_urls(2, {"http://a.example.com/missing.wav"});
  const auto failed = log_.wait<Failed>();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->failure.kind, PromptFailure::Kind::download);
  EXPECT_EQ(failed->failure.cause, "status 404");
}

TEST_P(EngineTest, a_later_prompt_that_is_slow_leaves_silence_until_it_comes) {
  fetcher_.serve("http://a.example.com/one.wav", testing::make_wav({.seconds = 0.1}));
  fetcher_.serve("http://a.example.com/two.wav", testing::make_wav({.seconds = 0.1}));
  fetcher_.hold("http://a.example.com/two.wav");
  open();
  play_urls(1, {"http://a.example.com/one.wav", "http://a.example.com/two.wav"});
  ASSERT_TRUE(log_.wait<Started>());
  ASSERT_TRUE(phone_.hear(15));
  EXPECT_EQ(log_.count<Ended>(), 0U);
  fetcher_.release("http://a.example.com/two.wav");
  EXPECT_EQ(log_.wait<Ended>()->sent, milliseconds(200));
  expect_continuous();
}

TEST_P(EngineTest, what_the_phone_says_comes_out_of_the_tap) {
  tap_ = std::make_shared<ReceiveTap>(256);
  open();
  if (!session_) return;
  for (int i = 0; i < 20; ++i) phone_.speak(session_->local_rtp(), i % 2 == 0 ? 480 : 80);  // 60 and 10 ms
  std::vector<TappedPacket> packets;
  ASSERT_TRUE(phone_.listen_until([&] {
    while (const auto packet = tap_->pop()) packets.push_back(*packet);
    return packets.size() >= 20;
  }));
  EXPECT_EQ(packets[0].audio().size(), 480U);
  EXPECT_EQ(packets[1].audio().size(), 80U);
  EXPECT_EQ(packets[19].header.ssrc, 77U);
  session_->post_close();
  const auto closed = log_.wait<Closed>();
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->stats.packets_received, 20U);
  EXPECT_EQ(closed->stats.packets_lost, 0U);
}

TEST_P(EngineTest, a_phone_behind_another_port_is_learned_and_a_stranger_is_not_heard) {
  tap_ = std::make_shared<ReceiveTap>(256);
  open();
  if (!session_) return;
  Phone moved;
  for (int i = 0; i < 6; ++i) moved.speak(session_->local_rtp());
  ASSERT_TRUE(moved.hear(3));  // our stream follows
  Phone stranger;
  for (int i = 0; i < 50; ++i) {
    stranger.speak(session_->local_rtp(), 160, 666);
    moved.speak(session_->local_rtp());
  }
  ASSERT_TRUE(moved.hear(3));
  EXPECT_TRUE(stranger.heard.empty());
  stranger.listen();
  EXPECT_TRUE(stranger.heard.empty());
  while (const auto packet = tap_->pop()) EXPECT_EQ(packet->header.ssrc, 77U);
  EXPECT_GE(engine_->metrics().strangers, 50U);
}

TEST_P(EngineTest, random_bytes_are_counted_and_the_prompt_plays_on) {
  open();
  if (!session_) return;
  play(1, marked_prompt(20, 0x11));
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::uint8_t> bytes(random() % 1500);
    std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
    if (!bytes.empty() && i % 3 == 0) bytes[0] = 0x80;
    phone_.send(i % 5 == 0 ? session_->local_rtcp() : session_->local_rtp(), bytes);
  }
  phone_.send(session_->local_rtp(), std::vector<std::uint8_t>(4000, 0x80));
  EXPECT_EQ(log_.wait<Ended>()->sent, milliseconds(400));
  EXPECT_GE(engine_->metrics().malformed, 100U);
  EXPECT_EQ(engine_->metrics().truncated, 1U);
}

TEST_P(EngineTest, media_lost_is_reported_once_when_nothing_comes) {
  options_.lost_after = milliseconds(200);
  open();
  if (!session_) return;
  ASSERT_TRUE(log_.wait<MediaLost>());
  ASSERT_TRUE(phone_.hear(20));
  EXPECT_EQ(log_.count<MediaLost>(), 1U);
}

TEST_P(EngineTest, rtcp_and_hold_keep_media_from_being_lost) {
  options_.lost_after = milliseconds(150);
  open();
  if (!session_) return;
  std::array<std::uint8_t, kRtcpBytesMax> report{};
  const std::size_t size =
      write_rtcp({.ssrc = 5, .sender = {}, .report = {}, .cname = "phone", .bye = false}, report);
  for (int i = 0; i < 20; ++i) {
    phone_.send(session_->local_rtp(), std::span(report).first(size));
    ASSERT_TRUE(phone_.hear(1));
  }
  EXPECT_EQ(log_.count<MediaLost>(), 0U);
  StreamSettings held = to(phone_);
  held.held = true;
  session_->post_update(held);
  ASSERT_TRUE(phone_.hear(15));
  EXPECT_EQ(log_.count<MediaLost>(), 0U);
}

TEST_P(EngineTest, the_end_of_a_session_says_goodbye_and_is_the_last_report) {
  open();
  if (!session_) return;
  play(1, marked_prompt(1000, 0x11));
  ASSERT_TRUE(log_.wait<Started>());
  session_->post_close();
  session_->post_close();
  const auto closed = log_.wait<Closed>();
  ASSERT_TRUE(closed);
  EXPECT_TRUE(std::holds_alternative<Closed>(log_.all().back()));
  ASSERT_TRUE(phone_.listen_until([&] { return !phone_.reports.empty(); }));
  const auto summary = parse_rtcp(phone_.reports.back(), 0);
  ASSERT_TRUE(summary);
  EXPECT_TRUE(summary->bye);
  ASSERT_TRUE(summary->sender);
  EXPECT_EQ(summary->sender->packets, closed->stats.packets_sent);
  session_->post_stop(1, {1});
  EXPECT_EQ(log_.wait<Stopped>()->results[0].outcome, StopOutcome::nothing);
}

TEST_P(EngineTest, ports_run_out_clearly_and_come_back_after_a_close) {
  options_.ports = {.first = 32000, .last = 32003};
  open();
  if (!session_) return;
  testing::ReportLog second;
  auto other = engine_->open({.sink = second.sink(), .settings = {}, .address = {}, .tap = nullptr});
  ASSERT_TRUE(other);
  const auto third =
      engine_->open({.sink = [](const Report&) {}, .settings = {}, .address = {}, .tap = nullptr});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().message(), "no free media port");
  (*other)->post_close();
  ASSERT_TRUE(second.wait<Closed>());
  testing::ReportLog again;
  const auto deadline = base::SteadyClock::now() + seconds(5);
  while (!engine_->open({.sink = again.sink(), .settings = {}, .address = {}, .tap = nullptr}))
    ASSERT_LT(base::SteadyClock::now(), deadline);
  ASSERT_TRUE(again.wait<Opened>());
  engine_.reset();
}

TEST_P(EngineTest, ipv6_is_served_like_ipv4) {
  options_.address = "::1";
  Phone phone("::1");
  StreamSettings settings;
  settings.remote = phone.address();
  settings.rtcp_mux = true;
  open(settings);
  if (!session_) return;
  ASSERT_TRUE(phone.hear(3));
  for (int i = 0; i < 5; ++i) phone.speak(session_->local_rtp());
  ASSERT_TRUE(phone.hear(3));
  session_->post_close();
  EXPECT_EQ(log_.wait<Closed>()->stats.packets_received, 5U);
}

INSTANTIATE_TEST_SUITE_P(Backends, EngineTest, ::testing::Values(IoBackend::uring, IoBackend::mmsg),
                         [](const auto& backend) {
                           return backend.param == IoBackend::uring ? "uring" : "mmsg";
                         });

}  // namespace
}  // namespace tonearm::media
