#include "cli/caller/rtp_line.hpp"

#include <array>
#include <future>

#include <gtest/gtest.h>

#include "media/telephone_event.hpp"

namespace tonearm::cli {
namespace {

call::MediaDescription to(const RtpLine& far_end, call::Codec codec) {
  const std::uint8_t type = codec == call::Codec::pcmu ? 0 : 8;
  call::MediaDescription description;
  description.remote_rtp = far_end.local().rtp;
  description.codec = codec;
  description.send_payload_type = description.receive_payload_type = type;
  return description;
}

class RtpLineTest : public testing::TestWithParam<call::Codec> {};

TEST_P(RtpLineTest, what_one_end_says_the_other_hears_and_silence_is_told_from_sound) {
  auto ada = RtpLine::open("127.0.0.1");
  auto bot = RtpLine::open("127.0.0.1");
  ASSERT_TRUE(ada && bot);
  EXPECT_EQ((*ada)->local().rtp.port % 2, 0);
  EXPECT_EQ((*ada)->local().rtcp.port, (*ada)->local().rtp.port + 1);

  const Samples voice(800, 4000);  // five packets
  std::promise<void> fell_silent;
  const std::int64_t before = monotonic_ns();
  (*bot)->start(to(**ada, GetParam()), {}, [&, done = false](const HeardPacket& packet) mutable {
    if (packet.silence && !std::exchange(done, true)) fell_silent.set_value();
  });
  (*ada)->start(to(**bot, GetParam()), {.voice = voice, .keys = {}}, {});
  ASSERT_EQ(fell_silent.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  (*ada)->stop();
  (*bot)->stop();

  const auto segments = sound_segments((*bot)->heard());
  ASSERT_EQ(segments.size(), 1u);
  EXPECT_EQ(segments[0].count, 5u);
  EXPECT_GT(segments[0].begin_ns, before);
  EXPECT_LT(segments[0].end_ns, monotonic_ns());
  EXPECT_GT(similarity(segments[0].samples, voice, 0), 0.999);
  for (const HeardPacket& packet : (*ada)->heard()) EXPECT_TRUE(packet.silence);
}

INSTANTIATE_TEST_SUITE_P(g711, RtpLineTest, testing::Values(call::Codec::pcmu, call::Codec::pcma),
                         [](const auto& param) {
                           return param.param == call::Codec::pcmu ? "pcmu" : "pcma";
                         });

TEST(rtp_line, keys_are_events_that_begin_marked_and_end_thrice) {
  auto ada = RtpLine::open("127.0.0.1");
  auto far_end = UdpSocket::bind({"127.0.0.1", 0});
  ASSERT_TRUE(ada && far_end);
  call::MediaDescription description;
  description.remote_rtp = far_end->local();
  description.send_event_payload_type = 101;
  (*ada)->start(description, {.voice = {}, .keys = "5#"}, {});

  std::vector<media::TelephoneEvent> ends;
  int begun = 0;
  const std::int64_t patience = monotonic_ns() + 20'000'000'000;
  while (ends.size() < 6 && monotonic_ns() < patience) {
    far_end->wait_until(patience);
    std::array<std::uint8_t, 2048> buffer;
    const auto datagram = far_end->receive(buffer);
    const auto packet = datagram ? media::parse_rtp(datagram->bytes) : std::nullopt;
    if (!packet || packet->header.payload_type != 101) continue;
    const auto event = media::parse_telephone_event(packet->payload);
    ASSERT_TRUE(event);
    begun += packet->header.marker ? 1 : 0;
    if (event->end) ends.push_back(*event);
  }
  ASSERT_EQ(ends.size(), 6u);
  EXPECT_EQ(begun, 2);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    EXPECT_EQ(ends[i].key, i < 3 ? media::Key::k5 : media::Key::pound);
    EXPECT_EQ(ends[i].duration, 800);
  }
}

TEST(rtp_line, what_is_ordered_later_is_done_in_order_and_a_key_waits_for_the_voice) {
  auto ada = RtpLine::open("127.0.0.1");
  auto bot = RtpLine::open("127.0.0.1");
  ASSERT_TRUE(ada && bot);
  std::promise<void> silent_again;
  std::size_t sounds = 0;  // on the bot's thread
  bool in_sound = false;
  (*bot)->start(to(**ada, call::Codec::pcmu), {}, [&](const HeardPacket& packet) {
    if (in_sound && packet.silence && sounds == 10 + 5) silent_again.set_value();
    in_sound = !packet.silence;
    sounds += in_sound ? 1 : 0;
  });
  std::vector<std::pair<char, std::int64_t>> pressed;  // read after the stop
  (*ada)->start(to(**bot, call::Codec::pcmu), {.voice = Samples(800, 4000), .keys = {}}, {},
                [&](char key, std::int64_t at) { pressed.emplace_back(key, at); });
  (*ada)->say(Samples(800, 2000));
  (*ada)->press("#");
  ASSERT_EQ(silent_again.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  (*ada)->stop();
  (*bot)->stop();

  const auto segments = sound_segments((*bot)->heard());
  ASSERT_EQ(segments.size(), 1u);  // no pause between them
  EXPECT_NEAR(segments[0].samples[799], 4000, 130);
  EXPECT_NEAR(segments[0].samples[800], 2000, 70);
  EXPECT_NEAR(segments[0].samples[1599], 2000, 70);
  EXPECT_NE(segments[0].samples[1620], segments[0].samples[1599]);  // the key's sound
  ASSERT_EQ(pressed.size(), 1u);
  EXPECT_EQ(pressed[0].first, '#');
  EXPECT_GT(pressed[0].second, segments[0].begin_ns + 150'000'000);
}

TEST(rtp_line, without_events_a_key_is_heard) {
  auto ada = RtpLine::open("127.0.0.1");
  auto bot = RtpLine::open("127.0.0.1");
  ASSERT_TRUE(ada && bot);
  std::promise<void> pressed;
  bool sounding = false;  // on the bot's thread
  bool told = false;
  (*bot)->start(to(**ada, call::Codec::pcmu), {}, [&](const HeardPacket& packet) {
    if (sounding && packet.silence && !std::exchange(told, true)) pressed.set_value();
    sounding = !packet.silence;
  });
  (*ada)->start(to(**bot, call::Codec::pcmu), {.voice = {}, .keys = "5"}, {});
  ASSERT_EQ(pressed.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  (*ada)->stop();
  (*bot)->stop();
  const auto segments = sound_segments((*bot)->heard());
  ASSERT_EQ(segments.size(), 1u);
  EXPECT_EQ(segments[0].count, 5u);  // 100 ms
}

TEST(rtp_line, an_address_that_is_not_ours_is_an_error) {
  EXPECT_FALSE(RtpLine::open("192.0.2.1"));
  EXPECT_FALSE(RtpLine::open("nowhere"));
}

}  // namespace
}  // namespace tonearm::cli
