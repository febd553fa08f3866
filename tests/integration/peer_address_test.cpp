#include <array>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "impairer.hpp"
#include "media/rtcp_packet.hpp"
#include "recording_peer.hpp"
#include "server_fixture.hpp"

// Where a far end is, and where it says that it is: behind NAT, with RTP and RTCP on one port or two, by
// IPv6.

namespace tonearm::testing {
namespace {

class PeerAddressTest : public ::testing::Test {
 protected:
  /// Answers the call that is coming and waits until it has sound.
  std::string answer(const LocalServer& server, SipPhone& phone) {
    ApiClient api(server.at().http, token_for(server.at()));
    const std::string id = bot.wait_incoming();
    EXPECT_EQ(api.answer(id, bot.url()).status(), 202);
    EXPECT_TRUE(phone.wait_status(200, "INVITE"));
    phone.send_ack();
    EXPECT_TRUE(bot.wait_audio());
    return id;
  }
  /// Sound of the bot reaches the phone.
  void expect_heard(const LocalServer& server, const std::string& id, const RtpEar& ear) {
    bot.serve("/prompt.wav", tone_wav(440, 1));
    const std::size_t before = ear.count();
    ApiClient api(server.at().http, token_for(server.at()));
    EXPECT_EQ(api.play(id, bot.url("/prompt.wav")).status(), 200);
    EXPECT_TRUE(ear.wait_voiced_from(before, 40));
  }
  /// Sound of the phone, which whistles, reaches the bot.
  void expect_recorded(const LocalServer& server, const std::string& id) {
    ApiClient api(server.at().http, token_for(server.at()));
    const auto record = api.request("POST", "/" + id + "/recordResponse",
                                    R"({"playBeep":false,"maxSilenceTimeoutInSeconds":60,)"
                                    R"("maxRecordDurationInSeconds":1})");
    ASSERT_EQ(record.status(), 200) << record.response.body;
    const auto end = bot.wait_operation_end(record.id());
    ASSERT_TRUE(end);
    const auto wav =
        download(server.at().http, end->text("recordingLocation"), end->text("recordingAccessToken"));
    ASSERT_EQ(wav.status(), 200);
    EXPECT_NEAR(Audio(wav.body).hertz(), kWhistleHertz, 20);
  }
  /// The last call's record.
  boost::json::object record_of_call(const LocalServer& server) {
    ApiClient admin(server.at().admin, kAdminToken, "/tonearm");
    const auto list = admin.get("/records").json();
    const auto& records = list.at("records").as_array();
    EXPECT_FALSE(records.empty());
    return records.empty() ? boost::json::object{} : records.back().as_object();
  }

  TempDir dir;
  Bot bot;
};

/// A phone at 10.0.0.7 behind a masquerading NAT, which gives it other ports and lets nothing in that was not
/// asked for.
class BehindNat : public PeerAddressTest {
 protected:
  BehindNat() {
    sip_nat.set_server(server.at().sip);
    phone.claim({"10.0.0.7", 5060});
    phone.send_invite("ivr", phone.sdp());
    id = answer(server, phone);
    rtp_nat.set_server(phone.media());
    phone.rtp().say(rtp_nat.phone_side(), whistle_frame());
  }

  LocalServer server{test_settings(bot, dir.path())};
  Impairer sip_nat{{}};
  Impairer rtp_nat{{}};
  SipPhone phone{sip_nat.phone_side()};
  std::string id;
};

TEST_F(BehindNat, both_hear_each_other_and_the_phone_hangs_up) {
  expect_recorded(server, id);
  expect_heard(server, id, phone.rtp());
  phone.send_bye();
  EXPECT_TRUE(phone.wait_status(200, "BYE"));
  EXPECT_TRUE(bot.wait_state("terminated"));
}

TEST_F(BehindNat, the_bots_bye_goes_where_the_call_came_from) {
  EXPECT_EQ(ApiClient(server.at().http, token_for(server.at())).hang_up(id).status(), 204);
  EXPECT_TRUE(phone.wait_request("BYE"));
  EXPECT_TRUE(bot.wait_state("terminated"));
}

TEST_F(BehindNat, a_mapping_that_changes_in_mid_call_is_followed) {
  expect_recorded(server, id);
  rtp_nat.move();
  const std::size_t before = phone.rtp().count();
  // The server sends all the time, but to the old port until it has learned the new one.
  ASSERT_TRUE(phone.rtp().wait_for([&](const auto& heard) { return heard.size() > before + 10; }));
  expect_recorded(server, id);
  expect_heard(server, id, phone.rtp());
}

/// RTCP of the phone: it lost 25 packets.
std::string receiver_report(std::uint32_t about) {
  std::array<std::uint8_t, media::kRtcpBytesMax> bytes{};
  const std::size_t size = media::write_rtcp({.ssrc = 0x51515151,
                                              .sender = {},
                                              .report = media::RtcpReportBlock{.ssrc = about,
                                                                               .fraction_lost = 10,
                                                                               .cumulative_lost = 25,
                                                                               .highest_sequence = 1,
                                                                               .jitter = 80,
                                                                               .last_sr = 0,
                                                                               .delay = 0},
                                              .cname = "phone",
                                              .bye = false},
                                             bytes);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

/// With and without a=rtcp-mux.
class RtcpPorts : public PeerAddressTest, public ::testing::WithParamInterface<bool> {};

TEST_P(RtcpPorts, carry_reports_both_ways) {
  const bool mux = GetParam();
  LocalServer server(test_settings(bot, dir.path()));
  SipPhone phone(server.at().sip);
  const Socket rtp(SOCK_DGRAM, {"127.0.0.1", 0});
  const Socket own_rtcp(SOCK_DGRAM, {"127.0.0.1", 0});
  const Socket& rtcp = mux ? rtp : own_rtcp;
  phone.send_invite("ivr",
                    phone.sdp("sendrecv", rtp.local().port) +
                        (mux ? "a=rtcp-mux\r\n" : "a=rtcp:" + std::to_string(rtcp.local().port) + "\r\n"));
  answer(server, phone);

  std::optional<std::uint32_t> ssrc;
  bool reported = false;
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while ((!ssrc || !reported) && std::chrono::steady_clock::now() < deadline) {
    for (const Socket* socket : {&rtp, &own_rtcp}) {
      if (!socket->readable(5ms)) continue;
      const auto datagram = receive_datagram(*socket);
      if (!datagram) continue;
      if (const auto packet = parse_heard(*datagram))
        ssrc = packet->ssrc;
      else if (static_cast<std::uint8_t>(datagram->bytes.at(1)) == 200)  // SR
        reported = socket == &rtcp;
    }
  }
  ASSERT_TRUE(ssrc);
  EXPECT_TRUE(reported) << "no sender report where it belongs";

  base::Endpoint to = phone.media();
  if (!mux) ++to.port;
  rtcp.send_to(to, receiver_report(*ssrc));
  // Where RTP that was sent later has arrived, the report has too.
  rtp.send_to(phone.media(), std::string("\x80\0\0\1\0\0\0\1\0\0\0\1", 12) + whistle_frame());
  EXPECT_TRUE(wait_metric(server.at(), "tonearm_rtp_packets_received_total", 1));
  phone.send_bye();
  ASSERT_TRUE(bot.wait_state("terminated"));
  const auto sent = record_of_call(server).at("media").at("sent").as_object();
  EXPECT_EQ(sent.at("lost").to_number<int>(), 25);
  EXPECT_EQ(sent.at("jitterMicroseconds").to_number<int>(), 10'000);
}

INSTANTIATE_TEST_SUITE_P(Each, RtcpPorts, ::testing::Bool(),
                         [](const auto& mux) { return mux.param ? "with_rtp_on_one" : "beside_rtp"; });

TEST_F(PeerAddressTest, a_call_by_ipv6_is_as_any_other) {
  config::Settings settings = test_settings(bot, dir.path());
  settings.sip.listen = {{config::SipTransport::udp, {"::1", 0}}};
  settings.media.address = "::1";
  LocalServer server(settings);
  SipPhone phone(server.at().sip, "::1");
  const media::testing::BadPath::Rules loss{.lost = 0.1};
  Impairer network({.to_server = loss, .to_phone = {}}, "::1");
  network.set_phone({"::1", phone.rtp().port()});
  phone.send_invite("ivr", phone.sdp("sendrecv", network.server_side().port) + "a=rtcp-mux\r\n");
  const std::string id = answer(server, phone);
  EXPECT_EQ(phone.media().address, "::1");
  network.set_server(phone.media());
  phone.rtp().say(network.phone_side(), whistle_frame());
  expect_recorded(server, id);
  expect_heard(server, id, phone.rtp());
  phone.send_bye();
  EXPECT_TRUE(phone.wait_status(200, "BYE"));
  EXPECT_TRUE(bot.wait_state("terminated"));
}

}  // namespace
}  // namespace tonearm::testing
