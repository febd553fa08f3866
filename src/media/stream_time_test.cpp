#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "media/play_operation.hpp"
#include "media/rtcp_packet.hpp"
#include "media/stream.hpp"
#include "media/testing/prompts.hpp"

namespace tonearm::media::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Writes down what is staged; fails it all if told so.
class PaperIo final : public PacketIo {
 public:
  Slot add(int, IoToken) override { return 0; }
  void remove(Slot) override {}
  bool is_idle(Slot) override { return true; }
  std::span<const Datagram> drain() override { return {}; }
  void stage(const OutgoingPacket& packet) override {
    if (looks_like_rtcp(packet.bytes)) return;
    const auto rtp = parse_rtp(packet.bytes);
    ASSERT_TRUE(rtp);
    sent.push_back(rtp->header);
    if (error != 0) failures_.push_back({packet.token, error});
  }
  std::span<const SendFailure> flush() override {
    reported_.swap(failures_);
    failures_.clear();
    return reported_;
  }
  [[nodiscard]] std::string_view name() const override { return "paper"; }

  std::vector<RtpHeader> sent;
  int error = 0;

 private:
  std::vector<SendFailure> failures_;
  std::vector<SendFailure> reported_;
};

/// A stream on a clock that the test moves: what depends on time, without waiting for it.
class StreamTimeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    stream_.attach(counters_, io_);
    stream_.update(settings_, time_.now);
  }
  static StreamSettings settings() {
    StreamSettings settings;
    settings.remote = SourceAddress::from(base::Endpoint{"192.0.2.1", 4000});
    settings.rtcp_mux = true;
    return settings;
  }
  /// One tick of the stream, `after` the one before, as a media thread does it.
  void tick(milliseconds after = milliseconds(20)) {
    time_.now += after;
    ++time_.wake;
    tick_ += static_cast<TickSchedule::Tick>(after.count());
    stream_.on_tick(tick_, time_);
    for (const SendFailure& failure : io_.flush())
      stream_.on_send_failure(failure.error, Stream::is_rtcp(failure.token));
    stream_.settle([](Mail& report) { report.deliver(); });
  }
  void ticks(int count) {
    for (int i = 0; i < count; ++i) tick();
  }
  void update(const StreamSettings& settings) { stream_.update(settings, time_.now); }
  void play(std::size_t frames) {
    auto list = std::make_shared<Playlist>(std::vector<std::uint32_t>{1}, false);
    list->fill(0, marked_prompt(frames, 0x11));
    operation_.emplace(
        1, std::move(list), [] {}, [this] { ended_at_ = tick_; });
    stream_.playout().arm(*operation_);
  }
  void hear(std::span<const std::uint8_t> bytes) {
    sockaddr_storage source{};
    settings_.remote.store(source);
    stream_.on_datagram(
        {.token = stream_.token(false), .source = reinterpret_cast<const sockaddr*>(&source), .bytes = bytes},
        false, time_);
  }
  void hear_rtcp() {
    std::array<std::uint8_t, kRtcpBytesMax> bytes{};
    const std::size_t size =
        write_rtcp({.ssrc = 5, .sender = {}, .report = {}, .cname = "phone", .bye = false}, bytes);
    hear(std::span(bytes).first(size));
  }
  void hear_rtp(std::uint32_t ssrc) {
    std::array<std::uint8_t, kRtpHeaderBytes + 160> bytes{};
    write_rtp_header(
        {.payload_type = 0, .marker = false, .sequence = sequence_++, .timestamp = 0, .ssrc = ssrc},
        std::span(bytes).first<kRtpHeaderBytes>());
    hear(bytes);
  }

  const StreamSettings settings_ = settings();
  PaperIo io_;
  ThreadCounters counters_;
  int times_lost_ = 0;
  Stream stream_{RtpSockets(), {.lost_after = milliseconds(200), .tap = nullptr}, [this] { ++times_lost_; }};
  WakeTime time_{.now = base::TimePoint(seconds(1000)), .wall = base::WallTime(seconds(1000)), .wake = 1};
  TickSchedule::Tick tick_ = 1000;
  std::uint16_t sequence_ = 1;
  std::optional<PlayOperation> operation_;
  std::optional<TickSchedule::Tick> ended_at_;
};

TEST_F(StreamTimeTest, a_stall_moves_the_timestamp_by_the_lost_time_the_sequence_by_one_and_the_prompt_not) {
  play(10);
  ticks(4);
  tick(milliseconds(320));
  ticks(5);
  ASSERT_EQ(io_.sent.size(), 10U);
  for (std::size_t i = 1; i < 10; ++i) {
    const RtpHeader& before = io_.sent[i - 1];
    const RtpHeader& now = io_.sent[i];
    EXPECT_EQ(now.sequence, static_cast<std::uint16_t>(before.sequence + 1));
    EXPECT_EQ(now.timestamp - before.timestamp, i == 4 ? 16 * 160U : 160U);
    EXPECT_EQ(now.marker, i == 4);
  }
  EXPECT_TRUE(ended_at_);
  EXPECT_EQ(operation_->duration(), milliseconds(200));
}

TEST_F(StreamTimeTest, on_hold_the_clock_of_the_operation_and_of_the_stream_go_on) {
  play(10);
  ticks(4);
  StreamSettings held = settings_;
  held.send = false;
  held.held = true;
  update(held);
  const auto started = tick_ - 60;
  ticks(6);
  ASSERT_TRUE(ended_at_);
  EXPECT_EQ(*ended_at_ - started, 180U);
  EXPECT_EQ(operation_->duration(), milliseconds(80));
  EXPECT_EQ(io_.sent.size(), 4U);
  update(settings_);
  tick();
  EXPECT_TRUE(io_.sent[4].marker);
  EXPECT_EQ(io_.sent[4].timestamp - io_.sent[3].timestamp, 7 * 160U);
}

TEST_F(StreamTimeTest, frames_that_the_kernel_refuses_are_counted_and_not_as_sent) {
  play(4);
  ticks(1);
  io_.error = EAGAIN;
  ticks(1);
  io_.error = ECONNREFUSED;
  ticks(1);
  io_.error = EPERM;
  ticks(1);
  EXPECT_TRUE(ended_at_);
  EXPECT_EQ(operation_->duration(), milliseconds(20));
  EXPECT_EQ(counters_.packets_sent.read(), 1U);
  EXPECT_EQ(counters_.send_dropped.read(), 1U);
  EXPECT_EQ(counters_.refused.read(), 1U);
  EXPECT_EQ(counters_.send_failed.read(), 1U);
  EXPECT_EQ(stream_.stats().send_dropped, 3U);
}

TEST_F(StreamTimeTest, media_is_lost_once_after_its_time_and_not_before) {
  ticks(9);
  EXPECT_EQ(times_lost_, 0);
  ticks(20);
  EXPECT_EQ(times_lost_, 1);
}

TEST_F(StreamTimeTest, rtcp_and_hold_keep_media_from_being_lost) {
  for (int i = 0; i < 20; ++i) {
    hear_rtcp();
    tick(milliseconds(180));
  }
  StreamSettings held = settings_;
  held.held = true;
  update(held);
  ticks(50);
  EXPECT_EQ(times_lost_, 0);
  update(settings_);
  ticks(9);
  EXPECT_EQ(times_lost_, 0);
  ticks(1);
  EXPECT_EQ(times_lost_, 1);
}

TEST_F(StreamTimeTest, a_new_ssrc_is_followed_when_the_old_one_was_silent_for_40_ms_and_not_earlier) {
  for (int i = 0; i < 5; ++i) hear_rtp(77);
  tick(milliseconds(39));
  hear_rtp(78);
  EXPECT_EQ(counters_.foreign_ssrc.read(), 1U);
  tick(milliseconds(1));
  hear_rtp(78);
  EXPECT_EQ(counters_.foreign_ssrc.read(), 1U);
  EXPECT_EQ(counters_.packets_received.read(), 6U);
}

}  // namespace
}  // namespace tonearm::media::testing
