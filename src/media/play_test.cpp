#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/testing/engine_fixture.hpp"
#include "media/testing/wav.hpp"
#include "media/wav_decoder.hpp"

namespace tonearm::media::testing {
namespace {

class PlayTest : public EngineTest {};

TEST_P(PlayTest, silence_flows_from_the_start_and_only_the_first_packet_is_marked) {
  open();
  ASSERT_TRUE(phone_.hear(10));
  for (std::size_t i = 0; i < 10; ++i) {
    const HeardPacket& packet = phone_.heard[i];
    EXPECT_TRUE(i != 0 || packet.header.marker);  // any other only with a gap: expect_continuous
    EXPECT_EQ(packet.header.payload_type, 0);
    EXPECT_EQ(packet.payload, std::vector<std::uint8_t>(160, 0xFF));
  }
  expect_continuous();
}

TEST_P(PlayTest, pcma_and_a_payload_type_of_the_far_end_are_obeyed) {
  StreamSettings settings = to(phone_);
  settings.codec = Codec::pcma;
  settings.send_payload_type = 97;
  open(settings);
  ASSERT_TRUE(phone_.hear(2));
  EXPECT_EQ(phone_.heard[1].header.payload_type, 97);
  EXPECT_EQ(phone_.heard[1].payload, std::vector<std::uint8_t>(160, 0xD5));
}

TEST_P(PlayTest, a_prompt_is_heard_exactly_as_its_file_encodes) {
  const std::string wav = make_wav({.seconds = 0.51});
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

TEST_P(PlayTest, two_queued_prompts_follow_each_other_without_a_gap) {
  open();
  play(1, marked_prompt(50, 0x11));  // long enough for the second to be queued in time
  play(2, marked_prompt(10, 0x22));
  ASSERT_TRUE(log_.wait<Ended>());
  ASSERT_TRUE(log_.wait<Ended>());
  const auto packets = hear_prompt(60);
  ASSERT_EQ(packets.size(), 60U);
  EXPECT_EQ(static_cast<std::uint16_t>(packets.back().header.sequence - packets.front().header.sequence), 59);
  EXPECT_EQ(packets[49].payload[0], 0x11);
  EXPECT_EQ(packets[50].payload[0], 0x22);
  expect_continuous();
}

TEST_P(PlayTest, reports_come_in_the_order_of_events) {
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

TEST_P(PlayTest, ten_millisecond_packets_carry_half_a_frame) {
  StreamSettings settings = to(phone_);
  settings.ptime_ms = 10;
  open(settings);
  play(1, marked_prompt(5, 0x11));
  EXPECT_EQ(log_.wait<Ended>()->sent, milliseconds(100));
  const auto packets = hear_prompt(10);
  ASSERT_EQ(packets.size(), 10U);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    EXPECT_EQ(packets[i].payload.size(), 80U);
    if (i == 0 || packets[i].header.marker) continue;  // a tick that came late is passed over
    EXPECT_EQ(packets[i].header.timestamp - packets[i - 1].header.timestamp, 80U);
  }
}

TEST_P(PlayTest, a_prompt_and_a_list_are_repeated_as_asked) {
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

TEST_P(PlayTest, prompts_before_an_unreadable_one_are_played_then_the_operation_fails) {
  fetcher_.serve("http://a.example.com/good.wav", make_wav({.seconds = 0.1}));
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

TEST_P(PlayTest, a_later_prompt_that_is_slow_leaves_silence_until_it_comes) {
  fetcher_.serve("http://a.example.com/one.wav", make_wav({.seconds = 0.1}));
  fetcher_.serve("http://a.example.com/two.wav", make_wav({.seconds = 0.1}));
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

TONEARM_ON_BOTH_BACKENDS(PlayTest);

}  // namespace
}  // namespace tonearm::media::testing
