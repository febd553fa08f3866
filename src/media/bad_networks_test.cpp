#include "media/testing/bad_networks.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/play_operation.hpp"
#include "media/record_operation.hpp"
#include "media/recording_timeline.hpp"
#include "media/spool.hpp"
#include "media/stream.hpp"
#include "media/testing/paper_io.hpp"
#include "media/testing/prompts.hpp"
#include "media/testing/time_error.hpp"

// Calls over bad networks on a clock that the test moves: the same chain as in a real one, from the packet to
// the recording, without waiting. tests/integration/bad_networks_test.cpp has the sockets.

namespace tonearm::media::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kPromptFrames = 50;

StreamSettings settings_of_call() {
  StreamSettings settings;
  settings.remote = SourceAddress::from(base::Endpoint{"192.0.2.1", 4000});
  settings.send_event_payload_type = settings.receive_event_payload_type = FarEnd::kEventPayload;
  return settings;
}

/// One call: a prompt, then a record until shortly before the far end falls silent.
class SimulatedCall {
 public:
  SimulatedCall(const BadNetwork& network, double length_s, unsigned seed)
      : network_(network), far_end_(network.script, length_s, seed), path_(network.path, seed) {
    stream_.attach(counters_, io_);
    stream_.update(settings_, time_.now);
    play_.armed();
    record_.emplace(
        2,
        RecordRules{.beep = false,
                    .initial_silence = seconds(5),
                    .max_silence = std::chrono::hours(1),
                    .max_duration = milliseconds(std::llround(length_s * 1000)) - seconds(2),
                    .stop_tones = ""},
        std::make_shared<Playlist>(std::vector<std::uint32_t>{}, false), [] {}, [] {});
    record_->capture_into(capture_);
    stream_.playout().arm(*play_.operation);
    stream_.playout().arm(*record_);
  }

  void run() {
    send_all();
    append_spool_header(spool_);
    while (!record_->over()) wake();
    append_spool_end(spool_, record_->length());
  }

  /// The recording against what was said.
  [[nodiscard]] TimeError time_error(std::size_t every) {
    const auto spool = read_spool({reinterpret_cast<const std::uint8_t*>(spool_.data()), spool_.size()});
    EXPECT_TRUE(spool);
    RecordingTimeline timeline(record_->length());
    timeline.place(spool->audio);
    recording = timeline.take();
    return measure_time(recording, far_end_.sound(), every, [&](std::size_t sample) {
      const std::size_t frame = sample / kFrameBytes;
      if (!far_end_.speaks(frame)) return std::optional<std::ptrdiff_t>();
      const auto said = far_end_.sent_at(frame) - milliseconds(20) + network_.path.delay;
      const auto at = start_ + said - capture_->began();
      return std::optional<std::ptrdiff_t>(std::chrono::duration_cast<microseconds>(at).count() *
                                               kSamplesPerMs / 1000 +
                                           static_cast<std::ptrdiff_t>(sample % kFrameBytes));
    });
  }
  [[nodiscard]] const std::vector<RtpHeader>& sent() const { return io_.sent; }
  [[nodiscard]] StreamStats stats() const { return stream_.stats(); }
  [[nodiscard]] const BadPath::Counts& counts() const { return path_.counts(); }
  [[nodiscard]] std::string pressed() const { return far_end_.pressed(); }
  [[nodiscard]] milliseconds length() const { return record_->length(); }

  std::string keys;  ///< As they were told.
  Samples recording;

 private:
  struct Play {
    void armed() {
      auto list = std::make_shared<Playlist>(std::vector<std::uint32_t>{1}, false);
      list->fill(0, marked_prompt(kPromptFrames, 0x11));
      operation.emplace(
          1, std::move(list), [] {}, [] {});
    }
    std::optional<PlayOperation> operation;
  };
  struct Arriving {
    base::TimePoint at;
    std::uint16_t port = 0;
    FarEnd::Packet bytes;
  };

  void send_all() {
    for (std::size_t i = 0; i < far_end_.frames(); ++i) {
      const std::uint16_t port = network_.moves != 0 && i >= network_.moves ? 4002 : 4000;
      for (const FarEnd::Packet& packet : far_end_.next()) {
        const auto fate = path_.next();
        for (std::size_t copy = 0; copy < fate.copies; ++copy)
          arriving_.push_back({start_ + far_end_.sent_at(i) + fate.after[copy], port, packet});
      }
    }
    std::ranges::stable_sort(arriving_, {}, &Arriving::at);
  }
  /// A wake of the media thread.
  void wake() {
    time_.now += milliseconds(1);
    time_.wall += milliseconds(1);
    ++time_.wake;
    for (; next_ < arriving_.size() && arriving_[next_].at <= time_.now; ++next_) hear(arriving_[next_]);
    if (++tick_ % kFrameMs != 0) return;
    stream_.on_tick(tick_, time_);
    (void)io_.flush();
    stream_.settle([](Mail& report) { report.deliver(); });
    if (!capture_->has_begun()) return;
    while (const auto packet = capture_->pop()) append_spool_audio(spool_, capture_->began(), *packet);
  }
  void hear(const Arriving& packet) {
    sockaddr_storage source{};
    settings_.remote.with_port(packet.port).store(source);
    stream_.on_datagram({.token = stream_.token(false),
                         .source = reinterpret_cast<const sockaddr*>(&source),
                         .bytes = packet.bytes,
                         .stamped = (time_.wall - (time_.now - packet.at)).time_since_epoch()},
                        false, time_);
  }

  const BadNetwork network_;
  FarEnd far_end_;
  BadPath path_;
  const StreamSettings settings_ = settings_of_call();
  PaperIo io_;
  ThreadCounters counters_;
  Stream stream_{RtpSockets(),
                 {.lost_after = seconds(30), .tap = nullptr},
                 [] {},
                 [this](Key key) { keys += character_of(key); }};
  WakeTime time_{.now = base::TimePoint(seconds(1000)), .wall = base::WallTime(seconds(5000)), .wake = 1};
  const base::TimePoint start_ = time_.now;
  TickSchedule::Tick tick_ = 1000;
  std::vector<Arriving> arriving_;
  std::size_t next_ = 0;
  Play play_;
  std::shared_ptr<Capture> capture_ = std::make_shared<Capture>(base::Guid::random());
  std::optional<RecordOperation> record_;
  std::string spool_;
};

/// What we send has one SSRC, and every packet follows the one before by 20 ms.
void expect_smooth(const std::vector<RtpHeader>& sent) {
  for (std::size_t i = 1; i < sent.size(); ++i) {
    ASSERT_EQ(sent[i].ssrc, sent[0].ssrc);
    ASSERT_EQ(sent[i].sequence, static_cast<std::uint16_t>(sent[i - 1].sequence + 1));
    ASSERT_EQ(sent[i].timestamp - sent[i - 1].timestamp, kFrameBytes);
  }
}

std::vector<BadNetwork> networks_of(double length_s) {
  return bad_networks(samples_of(length_s) / kFrameBytes);
}

class BadNetworks : public ::testing::TestWithParam<BadNetwork> {};

constexpr double kShort = 14;  // [s]

TEST_P(BadNetworks, leave_recordings_true_keys_single_and_our_own_stream_smooth) {
  const BadNetwork& network = GetParam();
  SimulatedCall call(network, kShort, 1);
  call.run();
  const TimeError error = call.time_error(1600);
  EXPECT_LE(error.most_ms, network.error_max_ms);
  EXPECT_GE(error.looked, 30U);
  EXPECT_GE(error.share(), network.found_min) << error.found << " of " << error.looked;
  EXPECT_EQ(call.length(), seconds(12));
  EXPECT_EQ(call.recording.size(), std::size_t{12} * kClockRate);
  EXPECT_EQ(call.keys, call.pressed());
  EXPECT_TRUE(network.may_have_jitter_of(call.stats().jitter)) << call.stats().jitter.count() << " us";
  EXPECT_TRUE(network.may_have_lost(call.stats().packets_lost, call.counts().lost))
      << call.stats().packets_lost << " for " << call.counts().lost;
  expect_smooth(call.sent());
}

INSTANTIATE_TEST_SUITE_P(Each, BadNetworks, ::testing::ValuesIn(networks_of(kShort)),
                         [](const auto& network) { return network.param.name; });

class DriftingFarEnd : public ::testing::TestWithParam<double> {};

TEST_P(DriftingFarEnd, is_followed_for_ten_minutes) {
  constexpr double kTenMinutes = 602;
  SimulatedCall call({.name = "drift", .path = {}, .script = {.fast_ppm = GetParam()}}, kTenMinutes, 1);
  call.run();
  EXPECT_EQ(call.length(), seconds(600));
  const TimeError error = call.time_error(2 * kClockRate);
  EXPECT_LE(error.most_ms, 5);
  EXPECT_GE(error.looked, 290U);
  EXPECT_EQ(error.found, error.looked);
}

INSTANTIATE_TEST_SUITE_P(Ppm, DriftingFarEnd, ::testing::Values(200, -200),
                         [](const auto& ppm) { return ppm.param < 0 ? "slow" : "fast"; });

/// The table of docs/bad-networks.md. `TONEARM_FULL` is the number of runs, if it is more than 1.
TEST(BadNetworksLong, many_seeds) {
  const char* full = std::getenv("TONEARM_FULL");
  if (full == nullptr) GTEST_SKIP() << "a long run, for TONEARM_FULL";
  constexpr double kMinute = 60;
  const unsigned runs = std::max(20U, static_cast<unsigned>(std::atoi(full)));
  std::cout << BadNetworkRow::heading() << '\n';
  for (const BadNetwork& network : networks_of(kMinute)) {
    BadNetworkRow row{.name = network.name, .time = {}, .keys = {}};
    for (unsigned seed = 1; seed <= runs; ++seed) {
      SimulatedCall call(network, kMinute, seed);
      call.run();
      row.add(call.time_error(4000), {call.pressed(), call.keys});
      expect_smooth(call.sent());
      EXPECT_TRUE(network.may_have_jitter_of(call.stats().jitter)) << network.name << ' ' << seed;
      EXPECT_TRUE(network.may_have_lost(call.stats().packets_lost, call.counts().lost))
          << network.name << ' ' << seed;
    }
    std::cout << row.to_string() << std::endl;
    EXPECT_LE(row.time.most_ms, 2 * network.error_max_ms) << network.name;
    EXPECT_GE(row.time.share(), network.found_min) << network.name;
    EXPECT_EQ(row.keys.lost + row.keys.doubled, 0U) << network.name;
  }
}

}  // namespace
}  // namespace tonearm::media::testing
