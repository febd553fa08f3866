#include "cli/demo/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

namespace tonearm::cli {
namespace {

constexpr std::int64_t kMs = 1'000'000;

/// Noise: unlike any other noise.
Samples voice(unsigned seed, int ms) {
  std::mt19937 random(seed);
  std::normal_distribution<double> sample(0, 3000);
  Samples samples(static_cast<std::size_t>(ms * kTelephoneRate / 1000));
  std::ranges::generate(samples, [&] { return static_cast<std::int16_t>(sample(random)); });
  return samples;
}

/// As the server makes it: −12 dBm0, with the rest of its last packet.
Samples beep(double hertz = 1000) {
  Samples samples(2080, 0);
  for (std::size_t i = 0; i < 2000; ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / kTelephoneRate;
    samples[i] = static_cast<std::int16_t>(5570 * std::sin(angle));
  }
  return samples;
}

Samples between_silence(const Samples& sound) {
  Samples all(500, 8);
  all.insert(all.end(), sound.begin(), sound.end());
  all.resize(all.size() + 900, -8);
  return all;
}

/// Two calls as they should be. The first: welcome from 1 000 ms, cancelled at 1 210 ms, beep from 1 300 ms,
/// the caller speaks and presses a key at 2 300 ms, is played back from 2 400 ms, goodbye from 3 100 ms. The
/// second: goodbye from 5 000 ms.
class VerdictTest : public testing::Test {
 protected:
  VerdictTest() {
    evidence_.prompts = {voice(1, 1000), voice(2, 1000), voice(3, 400), voice(4, 600)};
    evidence_.call.answered_ns = 900 * kMs;
    evidence_.call.hung_up_ns = 3600 * kMs;
    evidence_.pressed_ns = 2300 * kMs;
    evidence_.recorded = between_silence(evidence_.prompts.speech);
    hear_the_call(beep(), evidence_.prompts.speech);
    for (const char* prompt : {"welcome", "menu"}) answered("playPrompt", prompt, 200, 980);
    answered("answer", "", 202, 905);
    answered("cancelMediaProcessing", "", 200, 1210);
    answered("recordResponse", "message", 200, 1280);
    ended("welcome", "failed", 400, 8508, 220);
    ended("menu", "failed", 400, 8508, 0);
    ended("message", "completed", 200, 8514, -1);
    evidence_.call.bot.back().type = "recordOperation";
    evidence_.call.bot.back().reason = "stopToneDetected";
    evidence_.call.bot.back().at_ns = 2310 * kMs;
    pressed("pound", 1);
    answered("download", "", 200, 2350);
    evidence_.call.bot.back().bytes = 30'000;
    ended("playback", "completed", 200, 0, 600);
    ended("goodbye", "completed", 200, 0, 400);
    evidence_.call.bot.push_back({.at_ns = 1, .event = "notified", .type = "call", .change = "deleted"});
    call_back();
  }

  void hear_the_call(const Samples& beep, const Samples& playback) {
    std::vector<HeardPacket>& heard = evidence_.call.heard;
    heard.clear();
    hear_silence(heard, 960, 1000);
    hear(heard, evidence_.prompts.welcome, 1000, 11);
    hear_silence(heard, 1220, 1300);
    hear(heard, beep, 1300, 13);
    hear_silence(heard, 1560, 2400);
    hear(heard, playback, 2400, static_cast<int>(playback.size() / 160));
    hear_silence(heard, 3000, 3100);
    hear(heard, evidence_.prompts.goodbye, 3100, 20);
    hear_silence(heard, 3500, 3600);
  }
  void call_back() {
    SeenCall& back = evidence_.back;
    back.rang_ns = 4100 * kMs;
    back.answered_ns = 4200 * kMs;
    back.hung_up_ns = 5600 * kMs;
    hear_silence(back.heard, 4200, 5000);
    hear(back.heard, evidence_.prompts.goodbye, 5000, 20);
    back.bot = {{.at_ns = 1,
                 .event = "answered",
                 .what = "createCall",
                 .http_status = 201,
                 .sent_ns = 4000 * kMs,
                 .answered_ns = 4010 * kMs},
                {.at_ns = 1, .event = "notified", .type = "call", .change = "deleted"},
                {.at_ns = 1, .event = "notified", .type = "playPromptOperation", .status = "completed"}};
  }

  static void hear(std::vector<HeardPacket>& heard, const Samples& prompt, std::int64_t from_ms,
                   int packets) {
    for (int i = 0; i < packets; ++i) {
      const auto begin = prompt.begin() + i * 160;
      heard.push_back({.arrived_ns = (from_ms + i * 20) * kMs, .samples = Samples(begin, begin + 160)});
    }
  }
  static void hear_silence(std::vector<HeardPacket>& heard, std::int64_t from_ms, std::int64_t to_ms) {
    for (; from_ms < to_ms; from_ms += 20) {
      heard.push_back({.arrived_ns = from_ms * kMs, .silence = true, .samples = Samples(160, 0)});
    }
  }
  void answered(const char* what, const char* prompt, int status, std::int64_t at_ms) {
    evidence_.call.bot.push_back({.at_ns = at_ms * kMs,
                                  .event = "answered",
                                  .what = what,
                                  .prompt = prompt,
                                  .http_status = status,
                                  .sent_ns = at_ms * kMs - kMs,
                                  .answered_ns = at_ms * kMs});
  }
  void ended(const char* prompt, const char* status, int code, int subcode, std::int64_t sent_ms) {
    evidence_.call.bot.push_back({.at_ns = 1,
                                  .event = "notified",
                                  .prompt = prompt,
                                  .type = "playPromptOperation",
                                  .change = "deleted",
                                  .status = status,
                                  .code = code,
                                  .subcode = subcode,
                                  .sent_ms = sent_ms});
  }
  void pressed(const char* tone, std::int64_t sequence) {
    evidence_.call.bot.push_back({.at_ns = 1,
                                  .event = "notified",
                                  .type = "call",
                                  .change = "updated",
                                  .tone = tone,
                                  .sequence = sequence});
  }
  /// The ending of a prompt or record of the first call.
  BotEvent& ending(std::string_view prompt) {
    return *std::ranges::find_if(evidence_.call.bot, [&](const BotEvent& event) {
      return event.event == "notified" && event.prompt == prompt;
    });
  }
  BotEvent& answer_to(std::string_view what) {
    return *std::ranges::find(evidence_.call.bot, what, &BotEvent::what);
  }
  BotEvent& key() {
    return *std::ranges::find_if(evidence_.call.bot,
                                 [](const BotEvent& event) { return !event.tone.empty(); });
  }

  /// What of the checks that fail, joined.
  std::string failures() const {
    std::string names;
    for (const Check& check : judge(evidence_, examine(evidence_))) {
      if (!check.ok) names += check.what + ";";
    }
    return names;
  }

  Evidence evidence_;
};

TEST_F(VerdictTest, a_call_as_it_should_be_passes_every_check) {
  EXPECT_EQ(failures(), "");
  const Findings findings = examine(evidence_);
  EXPECT_EQ(findings.cancel_sent_ns, 1209 * kMs);
  EXPECT_EQ(findings.cancel_answered_ns, 1210 * kMs);
  EXPECT_EQ(findings.last_prompt_packet_ns, 1200 * kMs);
}

TEST_F(VerdictTest, one_prompt_packet_after_the_200_is_seen) {
  evidence_.call.heard[2 + 10].arrived_ns = 1211 * kMs;  // the last one of the welcome
  EXPECT_EQ(failures(), "no prompt packet after the 200;");
}

TEST_F(VerdictTest, the_queued_prompt_sounding_is_seen) {
  std::vector<HeardPacket>& heard = evidence_.call.heard;
  const std::vector<HeardPacket> rest(heard.begin() + 13, heard.end());
  heard.resize(13);
  hear(heard, evidence_.prompts.menu, 1205, 25);
  heard.insert(heard.end(), rest.begin(), rest.end());
  EXPECT_NE(failures().find("never sounded"), std::string::npos);
}

TEST_F(VerdictTest, a_fifth_sound_is_seen) {
  hear(evidence_.call.heard, voice(7, 100), 3700, 5);
  EXPECT_EQ(failures(), "the queued prompt was accepted and never sounded;");
}

TEST_F(VerdictTest, another_voice_or_another_level_is_not_the_prompt) {
  for (HeardPacket& packet : evidence_.call.heard) {
    for (std::int16_t& sample : packet.samples) sample = static_cast<std::int16_t>(sample / 2);
  }
  EXPECT_EQ(failures(),
            "the caller heard welcome.wav;after the cancel the caller heard a beep;"
            "played back, the caller heard itself;then goodbye.wav;");
  evidence_.prompts.goodbye = voice(9, 400);
  EXPECT_NE(failures().find("then goodbye.wav"), std::string::npos);
}

TEST_F(VerdictTest, a_beep_that_is_none_is_seen) {
  Samples half = beep();
  std::fill(half.begin() + 1040, half.end(), std::int16_t{3});
  for (const Samples& other : {beep(1040), voice(8, 260), half}) {
    hear_the_call(other, evidence_.prompts.speech);
    EXPECT_EQ(failures(), "after the cancel the caller heard a beep;");
  }
}

TEST_F(VerdictTest, a_record_that_ended_otherwise_is_seen) {
  ending("message").reason = "maxSilenceTimeout";
  EXPECT_EQ(failures(), "the # ended the record;");
  ending("message").reason = "stopToneDetected";
  evidence_.pressed_ns = 2320 * kMs;  // behind its end
  EXPECT_EQ(failures(), "the # ended the record;");
  evidence_.pressed_ns.reset();
  EXPECT_EQ(failures(), "the # ended the record;");
}

TEST_F(VerdictTest, a_key_that_is_another_is_told_twice_or_has_another_number_is_seen) {
  const std::string failure = "and the bot was told of that key, once;";
  key().tone = "star";
  EXPECT_EQ(failures(), failure);
  key().tone = "pound";
  key().sequence = 2;
  EXPECT_EQ(failures(), failure);
  key().sequence = 1;
  pressed("pound", 2);
  EXPECT_EQ(failures(), failure);
}

TEST_F(VerdictTest, a_recording_that_was_not_given_out_is_seen) {
  answer_to("download").http_status = 401;
  EXPECT_EQ(failures(), "the bot fetched the recording with its token;");
  answer_to("download").http_status = 200;
  answer_to("download").bytes = 0;
  EXPECT_EQ(failures(), "the bot fetched the recording with its token;");
}

TEST_F(VerdictTest, a_recording_of_something_else_cut_or_louder_is_seen) {
  const Samples& said = evidence_.prompts.speech;
  Samples loud = said;
  for (std::int16_t& sample : loud) sample = static_cast<std::int16_t>(sample * 1.3);
  for (const Samples& other : {voice(5, 600), Samples(said.begin(), said.end() - 400), loud, Samples{}}) {
    evidence_.recorded = between_silence(other);
    EXPECT_EQ(failures(), "it is what the caller said;");
  }
}

TEST_F(VerdictTest, a_caller_who_does_not_hear_itself_is_seen) {
  const Samples& said = evidence_.prompts.speech;
  for (const Samples& other : {voice(5, 600), Samples(said.begin(), said.end() - 480)}) {
    hear_the_call(beep(), other);
    EXPECT_EQ(failures(), "played back, the caller heard itself;");
  }
}

TEST_F(VerdictTest, endings_in_the_wrong_order_twice_or_with_another_code_are_seen) {
  const std::string failure = "each operation ended once, in order;";
  std::swap(ending("playback"), ending("goodbye"));
  EXPECT_EQ(failures(), failure);
  std::swap(ending("playback"), ending("goodbye"));
  ended("menu", "failed", 400, 8508, 0);
  EXPECT_EQ(failures(), failure);
  evidence_.call.bot.pop_back();
  ending("menu").subcode = 8536;
  EXPECT_EQ(failures(), failure);
}

TEST_F(VerdictTest, a_goodbye_that_was_cut_is_seen) {
  evidence_.prompts.goodbye = voice(3, 500);
  EXPECT_EQ(failures(), "the goodbye was heard to its end;to its end;");
}

TEST_F(VerdictTest, a_notification_that_claims_more_than_was_heard_is_seen) {
  ending("welcome").sent_ms = 260;
  EXPECT_EQ(failures(), "as much was heard as the notification says was sent;");
}

TEST_F(VerdictTest, a_missing_bye_is_seen) {
  evidence_.call.hung_up_ns.reset();
  EXPECT_EQ(failures(), "the bot hung up;");
}

TEST_F(VerdictTest, a_phone_that_did_not_ring_or_was_not_rung_by_that_post_is_seen) {
  const std::string failure = "the bot called back, the phone rang and answered;";
  evidence_.back.rang_ns = 3900 * kMs;
  EXPECT_EQ(failures(), failure);
  evidence_.back.rang_ns.reset();
  EXPECT_EQ(failures(), failure);
  evidence_.back.rang_ns = 4100 * kMs;
  evidence_.back.answered_ns.reset();
  EXPECT_EQ(failures(), failure);
  evidence_.back.answered_ns = 4200 * kMs;
  evidence_.back.bot[0].http_status = 403;
  EXPECT_EQ(failures(), failure);
}

TEST_F(VerdictTest, a_second_call_in_which_another_thing_or_more_is_heard_is_seen) {
  std::vector<HeardPacket>& heard = evidence_.back.heard;
  heard.resize(heard.size() - 2);
  EXPECT_EQ(failures(), "to its end;");
  hear_silence(heard, 5400, 5420);
  hear(heard, voice(7, 100), 5420, 5);
  EXPECT_EQ(failures(), "the phone heard goodbye.wav and nothing else;to its end;");
}

TEST_F(VerdictTest, a_second_call_that_does_not_end_is_seen) {
  evidence_.back.hung_up_ns.reset();
  EXPECT_EQ(failures(), "and hung up again;");
  call_back();
  evidence_.back.bot[2].status = "failed";
  EXPECT_NE(failures().find("and hung up again;"), std::string::npos);
  evidence_.back.bot.resize(1);
  EXPECT_NE(failures().find("and hung up again;"), std::string::npos);
}

TEST_F(VerdictTest, nothing_at_all_fails_every_check) {
  const Evidence nothing;
  const auto checks = judge(nothing, examine(nothing));
  EXPECT_EQ(checks.size(), 20u);
  for (const Check& check : checks) EXPECT_FALSE(check.ok) << check.what;
}

}  // namespace
}  // namespace tonearm::cli
