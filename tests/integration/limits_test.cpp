#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using ::testing::HasSubstr;

TEST(Limits, one_call_more_than_calls_max_gets_503_with_retry_after_and_no_bot_hears_of_it) {
  TempDir dir;
  Bot bot;
  auto settings = test_settings(bot, dir.path());
  settings.calls.max = 1;
  LocalServer server(std::move(settings));
  LiveCall first(server.at(), bot);
  const std::size_t before = bot.heard().size();
  SipPhone second(server.at().sip);
  second.send_invite("ivr", second.sdp());
  const auto refused = second.wait_final("INVITE");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 503);
  EXPECT_FALSE(refused->header("Retry-After").empty());
  EXPECT_EQ(bot.heard().size(), before);
}

TEST(Limits, closed_server_refuses_strangers_with_403_before_any_other_answer) {
  TempDir dir;
  Bot bot;
  auto settings = test_settings(bot, dir.path());
  settings.sip.open = false;
  LocalServer server(std::move(settings));
  SipPhone stranger(server.at().sip);
  stranger.send_invite("ivr", stranger.sdp());
  const auto refused = stranger.wait_final("INVITE");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 403);
  for (const auto& message : stranger.log()) EXPECT_THAT(message.status(), ::testing::AnyOf(100, 403));
}

TEST(Limits, closed_server_lets_the_networks_of_a_trunk_in) {
  TempDir dir;
  Bot bot;
  auto settings = test_settings(bot, dir.path());
  settings.sip.open = false;
  config::TrunkSettings trunk;
  trunk.name = "carrier";
  trunk.sources = {base::Network::parse("127.0.0.0/8").value()};
  settings.trunks.push_back(trunk);
  LocalServer server(std::move(settings));
  const LiveCall call(server.at(), bot);
  EXPECT_FALSE(call.id.empty());
}

TEST(Limits, closed_server_lets_the_fixed_address_of_a_user_in_and_tells_who_calls) {
  TempDir dir;
  Bot bot;
  auto settings = test_settings(bot, dir.path());
  settings.sip.open = false;
  config::UserSettings ada;
  ada.id = base::Guid::parse("00000000-0000-4000-8000-000000000101").value();
  ada.name = "Ada";
  ada.sip = "sip:ada@127.0.0.1:5070";
  settings.users.push_back(ada);
  LocalServer server(std::move(settings));
  SipPhone phone(server.at().sip);
  phone.send_invite("ivr", phone.sdp());
  const auto incoming = bot.wait_state("incoming");
  ASSERT_TRUE(incoming);
  EXPECT_THAT(boost::json::serialize(incoming->data().at("source")), HasSubstr(ada.id.to_string()));
  phone.send_cancel();
  EXPECT_TRUE(phone.wait_status(487, "INVITE", 20s));
}

TEST(Fallback, webhook_that_refuses_the_call_gives_the_applications_fallback_status) {
  TempDir dir;
  Bot bot;
  bot.answer_with([](const Heard&) { return 403; });
  auto settings = test_settings(bot, dir.path());
  settings.applications[0].fallback = "503";
  LocalServer server(std::move(settings));
  SipPhone phone(server.at().sip);
  phone.send_invite("ivr", phone.sdp());
  const auto refused = phone.wait_final("INVITE");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 503);
}

TEST(Fallback, nobody_decides_within_the_answer_timeout_is_480_and_deleted) {
  TempDir dir;
  Bot bot;
  auto settings = test_settings(bot, dir.path());
  settings.calls.answer_timeout = 1s;
  LocalServer server(std::move(settings));
  SipPhone phone(server.at().sip);
  phone.send_invite("ivr", phone.sdp());
  const auto refused = phone.wait_final("INVITE");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 480);
  const auto ended = bot.wait_state("terminated");
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->data().at("resultInfo").at("code").to_number<int>(), 480);
}

TEST(Ipv6, call_and_its_audio_work_over_ipv6) {
  TempDir dir;
  Bot bot;
  bot.serve("/tone.wav", tone_wav(440, 1.0));
  auto settings = test_settings(bot, dir.path());
  settings.sip.listen = {{config::SipTransport::udp, {"::1", 0}}};
  settings.media.address = "::1";
  LocalServer server(std::move(settings));
  SipPhone phone(server.at().sip, "::1");
  phone.send_invite("ivr", phone.sdp());
  const std::string id = bot.wait_incoming();
  ApiClient api(server.at().http, token_for(server.at()));
  ASSERT_EQ(api.answer(id, bot.url()).status(), 202);
  ASSERT_TRUE(phone.wait_status(200, "INVITE"));
  phone.send_ack();
  ASSERT_TRUE(bot.wait_audio());
  const std::size_t before = phone.rtp().count();
  api.play(id, bot.url("/tone.wav"));
  EXPECT_TRUE(phone.rtp().wait_voiced_from(before, 50));
}

TEST(Admin, shows_health_metrics_the_call_and_its_sip_messages) {
  TempDir dir;
  Bot bot;
  LocalServer server(test_settings(bot, dir.path()));
  LiveCall call(server.at(), bot);
  call.api.cancel(call.id);
  ApiClient admin(server.at().admin, "", "/tonearm");
  EXPECT_EQ(admin.get("/health/live").status(), 200);
  EXPECT_EQ(admin.get("/health/ready").status(), 200);
  EXPECT_THAT(admin.get("/calls").response.body, HasSubstr(call.id));
  const std::string messages = admin.get("/calls/" + call.id + "/sip").response.body;
  EXPECT_THAT(messages, HasSubstr("INVITE sip:ivr@"));
  EXPECT_THAT(messages, HasSubstr("SIP/2.0 200 OK"));
  const std::string metrics = admin.get("/metrics").response.body;
  for (const char* name :
       {"tonearm_calls_active 1", "tonearm_cancel_seconds_count 1", "tonearm_rtp_packets_sent_total",
        "tonearm_media_tick_lateness_seconds_bucket", "tonearm_notifications_delivered_total",
        "tonearm_http_requests_total", "tonearm_sip_messages_total"}) {
    EXPECT_THAT(metrics, HasSubstr(name));
  }
}

TEST(Admin, shows_numbers_in_sip_messages_only_if_configured) {
  for (const auto digits : {config::DigitMasking::mask, config::DigitMasking::show}) {
    TempDir dir;
    Bot bot;
    auto settings = test_settings(bot, dir.path());
    settings.events.digits = digits;
    LocalServer server(std::move(settings));
    SipPhone phone(server.at().sip);
    phone.send_invite("+14255550100", phone.sdp());
    const std::string id = bot.wait_incoming(20s);
    ASSERT_FALSE(id.empty());
    const std::string messages =
        ApiClient(server.at().admin, "", "/tonearm").get("/calls/" + id + "/sip").response.body;
    const bool shown = digits == config::DigitMasking::show;
    EXPECT_THAT(messages, HasSubstr(shown ? "INVITE sip:+14255550100@" : "INVITE sip:+xxxxxxxxx00@"));
    EXPECT_EQ(messages.find("14255550100") != std::string::npos, shown);
    phone.send_cancel();
    EXPECT_TRUE(phone.wait_status(487, "INVITE", 20s));
  }
}

}  // namespace
}  // namespace tonearm::testing
