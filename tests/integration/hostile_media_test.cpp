// docs/threat-model.md, media: what strangers send to the ports of a call.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intruder.hpp"
#include "recording_peer.hpp"
#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

constexpr std::uint32_t kPhonesSsrc = 0x51515151;  // of RtpEar: whoever forges may know it

/// 20 ms of PCMU at full level and 4 kHz: nothing else in these calls sounds like it.
std::string shrill() {
  std::string frame;
  for (int i = 0; i < 80; ++i) frame += std::string{'\x00', '\x80'};
  return frame;
}

std::string four_bytes(std::uint32_t number) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text.push_back(static_cast<char>(number >> shift));
  return text;
}

/// An empty receiver report and a BYE of the phone (RFC 3550 §6.4.2, §6.6).
std::string forged_bye() {
  return std::string("\x80\xc9\x00\x01", 4) + four_bytes(kPhonesSsrc) + std::string("\x81\xcb\x00\x01", 4) +
         four_bytes(kPhonesSsrc);
}

/// A sender report of the phone with nonsense in it (RFC 3550 §6.4.1).
std::string forged_report() {
  return std::string("\x80\xc8\x00\x06", 4) + four_bytes(kPhonesSsrc) + std::string(20, '\xff');
}

class HostileMedia : public ::testing::Test {
 protected:
  HostileMedia() : server(test_settings(bot, dir.path())) {}
  /// Their number rises by `more` at least.
  bool wait_strangers(double more) {
    const double now = metric(server.at(), "tonearm_rtp_strangers_total").value_or(0);
    return wait_metric(server.at(), "tonearm_rtp_strangers_total", now + more);
  }
  bool locked() { return wait_metric(server.at(), "tonearm_rtp_packets_received_total", 4); }

  TempDir dir;
  Bot bot;
  LocalServer server;
};

TEST_F(HostileMedia, strangers_rtp_is_counted_and_neither_heard_nor_recorded_nor_a_key_nor_moves_the_stream) {
  Whistler call(server.at(), bot);
  ASSERT_TRUE(locked());
  ASSERT_EQ(call.api.request("POST", "/" + call.id + "/subscribeToTone", "{}").status(), 200);
  RtpEar elsewhere({kStrangersAddress, 0});
  RtpEar next_door;  // the phone's address, another port
  elsewhere.say(call.phone.media(), shrill());
  next_door.say(call.phone.media(), shrill());
  ASSERT_TRUE(wait_strangers(20));
  const auto record = call.record(R"("maxRecordDurationInSeconds":2)");
  ASSERT_EQ(record.status(), 200) << record.response.body;
  for (char key = 0; key < 10; ++key)
    elsewhere.press(call.phone.media(), static_cast<std::uint16_t>(500 + 4 * key), 90'000u + 800u * key, key);
  const auto end = bot.wait_operation_end(record.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(subcode(*end), 8515) << "not its time, but a key or a silence, has ended it";
  const Audio audio(
      download(server.at().http, end->text("recordingLocation"), end->text("recordingAccessToken")).body);
  EXPECT_NEAR(audio.hertz(), kWhistleHertz, 10);
  EXPECT_NEAR(audio.level_db(), kWhistleDb, 1);
  for (const Heard& heard : bot.heard()) EXPECT_FALSE(heard.data().contains("toneInfo"));

  const std::size_t before = call.phone.rtp().count();
  bot.serve("/tone.wav", tone_wav(440, 2.0));
  call.api.play(call.id, bot.url("/tone.wav"));
  EXPECT_TRUE(call.phone.rtp().wait_voiced_from(before, 50));
  EXPECT_EQ(elsewhere.count() + next_door.count(), 0u) << "the prompt was sent to a stranger";
}

TEST_F(HostileMedia, forged_rtcp_ends_nothing_and_draws_nothing) {
  LiveCall call(server.at(), bot);
  ASSERT_FALSE(play_for_ever(call).empty());
  ASSERT_TRUE(locked());
  const base::Endpoint rtp = call.phone.media();
  const base::Endpoint rtcp{rtp.address, static_cast<std::uint16_t>(rtp.port + 1)};
  const Socket elsewhere(SOCK_DGRAM, {kStrangersAddress, 0});
  const double counted = metric(server.at(), "tonearm_rtp_strangers_total").value_or(0);
  for (int i = 0; i < 20; ++i) {
    for (const base::Endpoint& to : {rtp, rtcp}) {
      elsewhere.send_to(to, forged_bye());
      elsewhere.send_to(to, forged_report());
    }
  }
  EXPECT_TRUE(wait_metric(server.at(), "tonearm_rtp_strangers_total", counted + 80));
  // From the phone's own address it counts as RTCP, but nobody is gone before signalling says so.
  const double taken = metric(server.at(), "tonearm_rtcp_received_total").value_or(0);
  const Socket next_door(SOCK_DGRAM, {"127.0.0.1", 0});
  for (int i = 0; i < 10; ++i) next_door.send_to(rtcp, forged_bye());
  EXPECT_TRUE(wait_metric(server.at(), "tonearm_rtcp_received_total", taken + 10));
  EXPECT_TRUE(call.phone.rtp().wait_voiced(20)) << "the prompt has ended";
  EXPECT_EQ(call.api.get("/" + call.id).text("state"), "established");
  EXPECT_FALSE(elsewhere.readable(0ms)) << "a stranger was answered";
  EXPECT_FALSE(next_door.readable(0ms)) << "a stranger was answered";
}

TEST_F(HostileMedia, floods_of_anything_at_a_calls_ports_are_thrown_away) {
  LiveCall call(server.at(), bot);
  ASSERT_FALSE(play_for_ever(call).empty());
  ASSERT_TRUE(locked());
  const Socket stranger(SOCK_DGRAM, {kStrangersAddress, 0});
  const std::vector<std::string> kinds = {
      std::string(1, '\x80'),
      std::string(2000, '\x80'),
      std::string(9000, '\xff'),
      std::string("\x80\x00\0\x01\0\0\0\0\0\0\0\0", 12) + shrill(),
      std::string("\x00\x01\0\0\x21\x12\xa4\x42", 8) + std::string(12, 'a'),
      std::string(172, '\0')};
  for (int i = 0; i < 3000; ++i) stranger.send_to(call.phone.media(), kinds[i % kinds.size()]);
  EXPECT_TRUE(call.phone.rtp().wait_voiced(20));
  EXPECT_FALSE(stranger.readable(0ms)) << "a stranger was answered";
  EXPECT_EQ(call.api.hang_up(call.id).status(), 204);
}

}  // namespace
}  // namespace tonearm::testing
