#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/dual_tone.hpp"
#include "media/in_band_keys.hpp"
#include "media/play_operation.hpp"
#include "media/rtcp_packet.hpp"
#include "media/stream.hpp"
#include "media/testing/key_log.hpp"
#include "media/testing/paper_io.hpp"
#include "media/testing/prompts.hpp"

namespace tonearm::media::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

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

  static StreamSettings with_events() {
    StreamSettings events = settings();
    events.send_event_payload_type = events.receive_event_payload_type = 101;
    return events;
  }
  void send_keys(std::vector<Key> keys) {
    sending_.emplace(9, std::move(keys), milliseconds(0), [this] { keys_sent_at_ = tick_; });
    stream_.key_sender().arm(*sending_);
  }
  void hear_event(const std::vector<std::uint8_t>& payload, std::uint32_t timestamp,
                  std::uint32_t ssrc = 77) {
    std::vector<std::uint8_t> bytes(kRtpHeaderBytes);
    write_rtp_header(
        {.payload_type = 101, .marker = false, .sequence = sequence_++, .timestamp = timestamp, .ssrc = ssrc},
        std::span<std::uint8_t, kRtpHeaderBytes>(bytes.data(), kRtpHeaderBytes));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    hear(bytes);
  }
  void hear_key(Key key, std::uint32_t timestamp, bool end, std::uint16_t duration, std::uint32_t ssrc = 77) {
    const auto payload = write_telephone_event({.key = key, .end = end, .duration = duration});
    hear_event({payload.begin(), payload.end()}, timestamp, ssrc);
  }

  const StreamSettings settings_ = settings();
  PaperIo io_;
  ThreadCounters counters_;
  int times_lost_ = 0;
  std::string keys_;
  Stream stream_{RtpSockets(),
                 {.lost_after = milliseconds(200), .tap = nullptr},
                 [this] { ++times_lost_; },
                 [this](Key key) { keys_ += character_of(key); }};
  WakeTime time_{.now = base::TimePoint(seconds(1000)), .wall = base::WallTime(seconds(1000)), .wake = 1};
  TickSchedule::Tick tick_ = 1000;
  std::uint16_t sequence_ = 1;
  std::optional<PlayOperation> operation_;
  std::optional<TickSchedule::Tick> ended_at_;
  std::optional<SendKeysOperation> sending_;
  std::optional<TickSchedule::Tick> keys_sent_at_;
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
  EXPECT_EQ(stream_.packets().read().size(), 1U);
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

TEST_F(StreamTimeTest, a_key_is_told_on_the_tick_after_its_end) {
  update(with_events());
  hear_key(Key::k4, 1000, false, 160);
  ticks(1);
  hear_key(Key::k4, 1000, false, 320);
  ticks(1);
  EXPECT_EQ(keys_, "");
  hear_key(Key::k4, 1000, true, 480);
  EXPECT_EQ(keys_, "");
  ticks(1);
  EXPECT_EQ(keys_, "4");
  EXPECT_EQ(counters_.keys.read(), 1U);
}

TEST_F(StreamTimeTest, a_key_whose_end_is_lost_is_told_by_the_clock) {
  update(with_events());
  hear_key(Key::k4, 1000, false, 160);
  ticks(7);
  EXPECT_EQ(keys_, "");
  ticks(1);
  EXPECT_EQ(keys_, "4");
}

TEST_F(StreamTimeTest, keys_under_an_ssrc_of_their_own_are_heard_and_the_stream_stays_what_it_was) {
  update(with_events());
  for (int i = 0; i < 5; ++i) hear_rtp(77);
  ticks(5);  // long enough for a new stream to be followed
  hear_key(Key::k4, 1000, true, 160, 5000);
  hear_rtp(77);
  ticks(1);
  EXPECT_EQ(keys_, "4");
  EXPECT_EQ(counters_.packets_received.read(), 6U);
}

TEST_F(StreamTimeTest, keys_and_the_sound_around_them_may_change_their_ssrc_in_turn) {
  update(with_events());
  std::uint32_t time = 1000;
  for (std::uint32_t i = 0; i < 20; ++i) {
    hear_rtp(77 + i % 2);
    hear_key(Key(i % 10), time, false, 160, 77 + (i + 1) % 2);
    ticks(1);
    hear_key(Key(i % 10), time, true, 320, 77 + (i + 1) % 2);
    time += 1600;
    ticks(4);
  }
  EXPECT_EQ(keys_, "01234567890123456789");
}

TEST_F(StreamTimeTest, keys_that_nobody_fetches_are_kept_up_to_64_and_the_rest_is_counted) {
  update(with_events());
  for (std::uint32_t i = 0; i < 70; ++i) hear_key(Key(i % 10), 1000 + 1600 * i, true, 160);
  tick();
  EXPECT_EQ(keys_.size(), 64U);
  EXPECT_EQ(keys_.substr(0, 12), "012345678901");
  EXPECT_EQ(counters_.keys_dropped.read(), 6U);
  hear_key(Key::star, 900'000, true, 160);
  tick();
  EXPECT_EQ(keys_.back(), '*');
}

TEST_F(StreamTimeTest, events_that_are_no_key_are_counted) {
  update(with_events());
  hear_event({32, 10, 0, 160}, 1000);
  hear_event({1, 10}, 2000);
  ticks(10);
  EXPECT_EQ(keys_, "");
  EXPECT_EQ(counters_.unknown_events.read(), 2U);
}

TEST_F(StreamTimeTest, a_key_that_is_sent_replaces_the_prompts_frames_and_the_time_of_the_sound_goes_on) {
  update(with_events());
  play(12);
  ticks(2);
  send_keys({Key::k5});
  ticks(12);
  ASSERT_EQ(io_.sent.size(), 14U);
  for (std::size_t i = 0; i < io_.sent.size(); ++i) {
    const RtpHeader& header = io_.sent[i];
    const bool event = i >= 2 && i < 9;
    EXPECT_EQ(header.sequence, static_cast<std::uint16_t>(io_.sent[0].sequence + i));
    EXPECT_EQ(header.payload_type, event ? 101 : 0) << i;
    EXPECT_EQ(header.timestamp - io_.sent[0].timestamp, (event ? 2 : i) * 160) << i;
    EXPECT_EQ(header.marker, i == 0 || i == 2) << i;
    EXPECT_EQ(io_.payloads[i].size(), event ? 4U : 160U) << i;
  }
  EXPECT_EQ(io_.payloads[2], (std::vector<std::uint8_t>{5, 10, 0, 160}));
  EXPECT_EQ(io_.payloads[6], (std::vector<std::uint8_t>{5, 0x80 | 10, 3, 0x20}));
  EXPECT_EQ(io_.payloads[8], io_.payloads[6]);
  EXPECT_TRUE(ended_at_);
  EXPECT_EQ(operation_->duration(), milliseconds((12 - 7) * 20));  // what was replaced was not sent
  ASSERT_TRUE(keys_sent_at_);
  EXPECT_EQ(*keys_sent_at_, 1000U + 9 * 20);  // with the last packet
}

TEST_F(StreamTimeTest, without_a_telephone_event_a_key_is_sent_as_its_sound) {
  play(12);
  ticks(2);
  send_keys({Key::k5});
  ticks(12);
  KeyLog heard;
  InBandKeys ear(heard);
  for (std::size_t i = 0; i < io_.sent.size(); ++i) {
    EXPECT_EQ(io_.sent[i].timestamp - io_.sent[0].timestamp, i * 160);
    EXPECT_EQ(io_.sent[i].payload_type, 0);
    ear.receive(Codec::pcmu, io_.sent[i], io_.payloads[i], time_.now);
  }
  ear.finish();
  EXPECT_EQ(heard.keys, "5");
  EXPECT_EQ(operation_->duration(), milliseconds((12 - 5) * 20));
  EXPECT_EQ(*keys_sent_at_, 1000U + 7 * 20);
}

TEST_F(StreamTimeTest, on_hold_keys_take_their_time_and_are_not_sent) {
  StreamSettings held = with_events();
  held.send = false;
  held.held = true;
  update(held);
  send_keys({Key::k5});
  ticks(7);
  EXPECT_TRUE(io_.sent.empty());
  EXPECT_TRUE(keys_sent_at_);
}

TEST_F(StreamTimeTest, keys_in_band_are_heard_and_paired_with_those_by_signalling) {
  DualTone tone;
  tone.start(Key::k7);
  for (std::uint32_t i = 0; i < 30; ++i) {
    std::vector<std::uint8_t> bytes(kRtpHeaderBytes + kFrameBytes, silence_byte(Codec::pcmu));
    if (i >= 5 && i < 12) tone.next(Codec::pcmu, std::span(bytes).subspan(kRtpHeaderBytes));
    write_rtp_header(
        {.payload_type = 0, .marker = false, .sequence = sequence_++, .timestamp = i * 160, .ssrc = 77},
        std::span(bytes).first<kRtpHeaderBytes>());
    hear(bytes);
    if (i == 12) stream_.keys().inject(Key::k7, time_.now);
    tick();
  }
  EXPECT_EQ(keys_, "7");
}

TEST_F(StreamTimeTest, a_key_that_is_pressed_when_keys_come_from_elsewhere_is_told) {
  update(with_events());
  hear_key(Key::k4, 1000, false, 160);
  StreamSettings by_info = with_events();
  by_info.keys = KeySource::info;
  update(by_info);
  tick();
  EXPECT_EQ(keys_, "4");
  hear_key(Key::k5, 2000, true, 160);
  stream_.keys().inject(Key::k6, time_.now);
  tick();
  EXPECT_EQ(keys_, "46");
}

}  // namespace
}  // namespace tonearm::media::testing
