#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

class CallTest : public ::testing::Test {
 protected:
  TempDir dir;
  Bot bot;
  LocalServer server{test_settings(bot, dir.path())};

  void SetUp() override { bot.serve("/tone.wav", tone_wav(440, 1.0)); }
};

std::vector<std::string> states(const Bot& bot) {
  std::vector<std::string> seen;
  for (const auto& heard : bot.heard()) {
    std::string state = heard.text("state");
    if (heard.data().contains("mediaState")) state += "+audio";
    if (!state.empty()) seen.push_back(state);
  }
  return seen;
}

TEST_F(CallTest, incoming_call_is_answered_plays_a_prompt_and_ends_with_the_callers_bye) {
  LiveCall call(server.at(), bot);
  const std::size_t before = call.phone.rtp().count();
  const auto play = call.api.play(call.id, bot.url("/tone.wav"), "greeting");
  ASSERT_EQ(play.status(), 200) << play.response.body;
  EXPECT_EQ(play.text("status"), "running");
  EXPECT_TRUE(call.phone.rtp().wait_voiced_from(before, 50));

  const auto end = bot.wait_operation_end(play.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  EXPECT_EQ(end->text("clientContext"), "greeting");
  EXPECT_EQ(end->text("completionReason"), "completedSuccessfully");
  EXPECT_EQ(end->data().at("@tonearm.sentMs").to_number<int>(), 1000);

  boost::json::object shown = call.api.get("/" + call.id + "/operations/" + play.id()).json();
  shown.erase("@odata.context");
  EXPECT_EQ(shown, end->data());  // a finished operation stays readable, equal to its notification

  call.phone.send_bye();
  EXPECT_TRUE(call.phone.wait_status(200, "BYE"));
  const auto ended = bot.wait_state("terminated");
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->change(), "deleted");
  EXPECT_EQ(ended->data().at("resultInfo").at("subcode").to_number<int>(), 4521);
  EXPECT_THAT(states(bot), ::testing::ElementsAre("incoming", "establishing", "established",
                                                  "established+audio", "terminated"));
  EXPECT_EQ(call.api.get("/" + call.id).status(), 404);
}

TEST_F(CallTest, delete_answers_204_then_terminating_then_terminated_and_the_phone_gets_a_bye) {
  LiveCall call(server.at(), bot);
  EXPECT_EQ(call.api.hang_up(call.id).status(), 204);
  EXPECT_TRUE(call.phone.wait_request("BYE"));
  EXPECT_TRUE(bot.wait_state("terminating"));
  const auto ended = bot.wait_state("terminated");
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->data().at("resultInfo").at("subcode").to_number<int>(), 7000);
}

TEST_F(CallTest, reject_busy_sends_486) {
  SipPhone phone(server.at().sip);
  phone.send_invite("ivr", phone.sdp());
  ApiClient api(server.at().http, token_for(server.at()));
  const std::string id = bot.wait_incoming();
  EXPECT_EQ(api.request("POST", "/" + id + "/reject", R"({"reason":"busy"})").status(), 202);
  const auto refused = phone.wait_final("INVITE");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 486);
  const auto ended = bot.wait_state("terminated");
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->change(), "deleted");
  EXPECT_EQ(ended->result(), std::pair(486, 0));
}

TEST_F(CallTest, caller_who_cancels_before_the_answer_gets_487_and_the_bot_hears_the_end) {
  SipPhone phone(server.at().sip);
  phone.send_invite("ivr", phone.sdp());
  ASSERT_FALSE(bot.wait_incoming().empty());
  ASSERT_TRUE(phone.wait_status(180, "INVITE"));
  phone.send_cancel();
  EXPECT_TRUE(phone.wait_status(200, "CANCEL"));
  const auto final = phone.wait_final("INVITE");
  ASSERT_TRUE(final);
  EXPECT_EQ(final->status(), 487);
  const auto ended = bot.wait_state("terminated");
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->data().at("resultInfo").at("code").to_number<int>(), 487);
}

TEST_F(CallTest, two_queued_prompts_follow_each_other_with_no_packet_between) {
  bot.serve("/first.wav", tone_wav(440, 3.0));  // long enough for the second to be asked for in time
  bot.serve("/second.wav", tone_wav(880, 0.5));
  LiveCall call(server.at(), bot);
  const std::size_t before = call.phone.rtp().count();
  const auto first = call.api.play(call.id, bot.url("/first.wav"));
  const auto second = call.api.play(call.id, bot.url("/second.wav"));
  EXPECT_EQ(second.json().at("@tonearm.queuePosition").to_number<int>(), 1);
  EXPECT_EQ(call.api.get("/" + call.id + "/operations/" + second.id()).text("status"), "notStarted");
  ASSERT_TRUE(bot.wait_operation_end(first.id()));
  ASSERT_TRUE(bot.wait_operation_end(second.id()));
  EXPECT_TRUE(call.phone.rtp().wait_voiced_from(before, 175));
  std::vector<std::uint16_t> sequences;
  for (const auto& packet : call.phone.rtp().heard()) {
    if (packet.voiced()) sequences.push_back(packet.sequence);
  }
  ASSERT_EQ(sequences.size(), 175u);
  EXPECT_EQ(static_cast<std::uint16_t>(sequences.back() - sequences.front()), 174);
}

TEST_F(CallTest, prompt_that_cannot_be_downloaded_ends_failed_8536_and_the_next_plays) {
  LiveCall call(server.at(), bot);
  const auto missing = call.api.play(call.id, bot.url("/missing.wav"));
  const auto good = call.api.play(call.id, bot.url("/tone.wav"));
  const auto failed = bot.wait_operation_end(missing.id());
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->text("status"), "failed");
  EXPECT_EQ(failed->data().at("resultInfo").at("subcode").to_number<int>(), 8536);
  const auto played = bot.wait_operation_end(good.id());
  ASSERT_TRUE(played);
  EXPECT_EQ(played->text("status"), "completed");
}

TEST_F(CallTest, file_that_is_no_wav_ends_failed_8535) {
  bot.serve("/text.wav", "this is no sound");
  LiveCall call(server.at(), bot);
  const auto failed = bot.wait_operation_end(call.api.play(call.id, bot.url("/text.wav")).id());
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->data().at("resultInfo").at("subcode").to_number<int>(), 8535);
}

TEST_F(CallTest, invite_retransmitted_while_the_bot_is_slow_enters_once) {
  SipPhone phone(server.at().sip);
  phone.send_invite("ivr", phone.sdp());
  for (int i = 0; i < 5; ++i) phone.retransmit_invite();
  ASSERT_FALSE(bot.wait_incoming().empty());
  ApiClient api(server.at().http, token_for(server.at()));
  phone.send_cancel();
  ASSERT_TRUE(bot.wait_state("terminated"));
  EXPECT_THAT(states(bot), ::testing::ElementsAre("incoming", "terminated"));
}

TEST(HeldStrand, invite_retransmitted_while_its_strand_is_held_600_ms_gives_one_webhook_and_100_each_time) {
  TempDir dir;
  Bot bot;
  std::promise<void> answered;
  // The hold under test: 600 ms, and until the phone has got its answers, however slow the machine is.
  LocalServer server(test_settings(bot, dir.path()),
                     {.before_first_step = [answered = answered.get_future().share()] {
                       std::this_thread::sleep_for(600ms);
                       answered.wait_for(20s);
                     }});
  SipPhone phone(server.at().sip);
  phone.send_invite("ivr", phone.sdp());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(phone.wait_status(100, "INVITE", 10s)) << i;
    phone.retransmit_invite();
  }
  answered.set_value();
  ASSERT_FALSE(bot.wait_incoming().empty());
  phone.send_cancel();
  ASSERT_TRUE(bot.wait_state("terminated"));
  EXPECT_THAT(states(bot), ::testing::ElementsAre("incoming", "terminated"));
}

TEST_F(CallTest, source_port_that_changes_in_mid_call_is_followed) {
  LiveCall call(server.at(), bot);
  bot.serve("/long.wav", tone_wav(440, 20.0));
  call.phone.rtp().speak(call.phone.media());
  call.api.play(call.id, bot.url("/long.wav"));
  ASSERT_TRUE(call.phone.rtp().wait_voiced(20));
  RtpEar moved;  // the same phone behind a NAT that gave it another port
  call.phone.rtp().hush();
  moved.speak(call.phone.media());
  EXPECT_TRUE(moved.wait_voiced(20));
}

TEST_F(CallTest, queue_takes_its_limit_and_refuses_one_more_with_400) {
  bot.serve("/long.wav", tone_wav(440, 20.0));
  LiveCall call(server.at(), bot);
  for (int i = 0; i < 101; ++i) {  // the running one and calls.queue_max behind it
    ASSERT_EQ(call.api.play(call.id, bot.url("/long.wav")).status(), 200) << i;
  }
  EXPECT_EQ(call.api.play(call.id, bot.url("/long.wav")).status(), 400);
  const auto cancel = call.api.cancel(call.id);
  EXPECT_EQ(cancel.json().at("@tonearm.cancelled").as_array().size(), 101u);
}

TEST_F(CallTest, t38_reinvite_is_refused_with_488_and_audio_goes_on) {
  bot.serve("/tone.wav", tone_wav(440, 3.0));
  LiveCall call(server.at(), bot);
  const auto play = call.api.play(call.id, bot.url("/tone.wav"));
  ASSERT_TRUE(call.phone.rtp().wait_voiced(5));
  const std::string t38 =
      "v=0\r\no=ada 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=image 40000 udptl "
      "t38\r\n";
  EXPECT_EQ(call.phone.reinvite(t38).status(), 488);
  EXPECT_TRUE(call.phone.rtp().wait_voiced(10));
  const auto end = bot.wait_operation_end(play.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->data().at("@tonearm.sentMs").to_number<int>(), 3000);
}

TEST_F(CallTest, on_hold_nothing_is_sent_and_the_operation_still_ends) {
  bot.serve("/tone.wav", tone_wav(440, 3.0));
  LiveCall call(server.at(), bot);
  const std::size_t first = call.phone.rtp().count();
  const auto play = call.api.play(call.id, bot.url("/tone.wav"));
  ASSERT_TRUE(call.phone.rtp().wait_voiced_from(first, 5));
  ASSERT_EQ(call.phone.reinvite(call.phone.sdp("sendonly")).status(), 200);
  const auto end = bot.wait_operation_end(play.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->text("status"), "completed");
  const auto sent = end->data().at("@tonearm.sentMs").to_number<std::size_t>();
  EXPECT_LT(sent, 2900u);
  EXPECT_TRUE(call.phone.rtp().wait_voiced_from(first, sent / 20));
  EXPECT_EQ(call.phone.rtp().voiced_from(first), sent / 20);  // the frames of the hold are not counted
  ASSERT_EQ(call.phone.reinvite(call.phone.sdp()).status(), 200);
  const std::size_t before = call.phone.rtp().count();
  EXPECT_TRUE(call.phone.rtp().wait_for([&](const auto& all) { return all.size() > before + 5; }));
}

TEST_F(CallTest, late_offer_is_answered_in_the_ack) {
  SipPhone phone(server.at().sip);
  phone.send_invite("ivr", "");
  ApiClient api(server.at().http, token_for(server.at()));
  const std::string id = bot.wait_incoming();
  ASSERT_EQ(api.answer(id, bot.url()).status(), 202);
  const auto ok = phone.wait_status(200, "INVITE");
  ASSERT_TRUE(ok);
  EXPECT_THAT(ok->body(), ::testing::HasSubstr("m=audio "));
  phone.send_ack(phone.sdp());
  ASSERT_TRUE(bot.wait_audio());
  const std::size_t before = phone.rtp().count();
  api.play(id, bot.url("/tone.wav"));
  EXPECT_TRUE(phone.rtp().wait_voiced_from(before, 10));
}

TEST_F(CallTest, strangers_rtp_is_ignored_and_does_not_draw_the_stream_to_it) {
  bot.serve("/tone.wav", tone_wav(440, 3.0));
  LiveCall call(server.at(), bot);
  call.phone.rtp().speak(call.phone.media());
  const std::size_t before = call.phone.rtp().count();
  const auto play = call.api.play(call.id, bot.url("/tone.wav"));
  ASSERT_TRUE(wait_metric(server.at(), "tonearm_rtp_packets_received_total", 4));  // the phone is locked
  RtpEar stranger;
  stranger.speak(call.phone.media());
  ASSERT_TRUE(wait_metric(server.at(), "tonearm_rtp_strangers_total", 10));
  EXPECT_TRUE(call.phone.rtp().wait_voiced_from(before, 150));
  EXPECT_EQ(stranger.count(), 0u);
  EXPECT_TRUE(bot.wait_operation_end(play.id()));
}

TEST_F(CallTest, packets_of_60_ms_from_the_caller_are_accepted) {
  LiveCall call(server.at(), bot);
  const std::size_t before = call.phone.rtp().count();
  call.phone.rtp().speak(call.phone.media(), 0x30, 480);
  call.api.play(call.id, bot.url("/tone.wav"));
  EXPECT_TRUE(wait_metric(server.at(), "tonearm_rtp_packets_received_total", 10));
  EXPECT_TRUE(call.phone.rtp().wait_voiced_from(before, 50));
}

TEST_F(CallTest, unknown_address_is_404_and_no_bot_hears_of_it) {
  SipPhone phone(server.at().sip);
  phone.send_invite("nobody", phone.sdp());
  const auto refused = phone.wait_final("INVITE");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status(), 404);
  EXPECT_TRUE(bot.heard().empty());
}

TEST_F(CallTest, call_of_another_application_is_404_of_another_tenant_403_and_the_prompt_plays_on) {
  bot.serve("/long.wav", tone_wav(440, 20.0));  // outlasts the requests
  LiveCall call(server.at(), bot);
  call.api.play(call.id, bot.url("/long.wav"));
  ASSERT_TRUE(call.phone.rtp().wait_voiced(3));
  ApiClient other(server.at().http, token_for(server.at(), kOtherApplication));
  ApiClient stranger(server.at().http, token_for(server.at(), kStranger, kStrangerTenant));
  ApiClient anonymous(server.at().http, "");
  for (const char* path : {"", "/participants", "/operations/00000000-0000-4000-8000-000000000001"}) {
    EXPECT_EQ(other.get("/" + call.id + path).status(), 404) << path;
    EXPECT_EQ(stranger.get("/" + call.id + path).status(), 403) << path;
    EXPECT_EQ(anonymous.get("/" + call.id + path).status(), 401) << path;
  }
  for (const char* action :
       {"playPrompt", "cancelMediaProcessing", "subscribeToTone", "keepAlive", "answer"}) {
    const std::string path = "/" + call.id + "/" + action;
    EXPECT_EQ(other.request("POST", path, "{}").status(), 404) << action;
    EXPECT_EQ(stranger.request("POST", path, "{}").status(), 403) << action;
    EXPECT_EQ(anonymous.request("POST", path, "{}").status(), 401) << action;
  }
  EXPECT_EQ(other.hang_up(call.id).status(), 404);
  EXPECT_TRUE(call.phone.rtp().wait_voiced(10));
}

TEST(Roles, a_missing_role_is_403_and_the_prompt_plays_on_until_the_same_token_cancels_it) {
  TempDir dir;
  Bot bot;
  bot.serve("/long.wav", tone_wav(440, 8.0));
  auto settings = test_settings(bot, dir.path());
  settings.applications[0].roles.clear();
  LocalServer server(std::move(settings));
  LiveCall call(server.at(), bot);
  call.api.play(call.id, bot.url("/long.wav"));
  ASSERT_TRUE(call.phone.rtp().wait_voiced(3));
  for (const char* action : {"subscribeToTone", "recordResponse"}) {
    const auto refused = call.api.request("POST", "/" + call.id + "/" + action, "{}");
    EXPECT_EQ(refused.status(), 403) << action;
    EXPECT_EQ(refused.json().at("error").at("code").as_string(), "7504") << action;
  }
  EXPECT_TRUE(call.phone.rtp().wait_voiced(10));
  EXPECT_EQ(call.api.cancel(call.id).status(), 200);
}

}  // namespace
}  // namespace tonearm::testing
