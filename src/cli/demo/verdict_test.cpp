#include "cli/demo/verdict.hpp"

#include <algorithm>
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

/// A call as it should be: welcome from 1 000 ms, cancelled at 1 210 ms, goodbye from 1 300 ms.
class VerdictTest : public testing::Test {
 protected:
  VerdictTest() {
    evidence_.prompts = {voice(1, 1000), voice(2, 1000), voice(3, 400)};
    evidence_.answered_ns = 900 * kMs;
    evidence_.hung_up_ns = 1800 * kMs;
    hear_silence(960, 1000);
    hear(evidence_.prompts.welcome, 1000, 11);
    hear_silence(1220, 1300);
    hear(evidence_.prompts.goodbye, 1300, 20);
    hear_silence(1700, 1800);
    answered("answer", "", 202, 905);
    answered("playPrompt", "welcome", 200, 970);
    answered("playPrompt", "menu", 200, 980);
    answered("cancelMediaProcessing", "", 200, 1210);
    ended("welcome", "failed", 400, 8508, 220);
    ended("menu", "failed", 400, 8508, 0);
    answered("playPrompt", "goodbye", 200, 1280);
    ended("goodbye", "completed", 200, 0, 400);
    evidence_.bot.push_back({.at_ns = 1, .event = "notified", .type = "call", .change = "deleted"});
  }

  void hear(const Samples& prompt, std::int64_t from_ms, int packets) {
    for (int i = 0; i < packets; ++i) {
      const auto begin = prompt.begin() + i * 160;
      evidence_.heard.push_back(
          {.arrived_ns = (from_ms + i * 20) * kMs, .samples = Samples(begin, begin + 160)});
    }
  }
  void hear_silence(std::int64_t from_ms, std::int64_t to_ms) {
    for (; from_ms < to_ms; from_ms += 20) {
      evidence_.heard.push_back({.arrived_ns = from_ms * kMs, .silence = true, .samples = Samples(160, 0)});
    }
  }
  void answered(const char* what, const char* prompt, int status, std::int64_t at_ms) {
    evidence_.bot.push_back({.at_ns = at_ms * kMs,
                             .event = "answered",
                             .what = what,
                             .prompt = prompt,
                             .http_status = status,
                             .sent_ns = at_ms * kMs - kMs,
                             .answered_ns = at_ms * kMs});
  }
  void ended(const char* prompt, const char* status, int code, int subcode, std::int64_t sent_ms) {
    evidence_.bot.push_back({.at_ns = 1,
                             .event = "notified",
                             .prompt = prompt,
                             .type = "playPromptOperation",
                             .change = "deleted",
                             .status = status,
                             .code = code,
                             .subcode = subcode,
                             .sent_ms = sent_ms});
  }
  BotEvent& event(std::size_t index) { return evidence_.bot[index]; }

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
  evidence_.heard[2 + 10].arrived_ns = 1211 * kMs;  // the last one of the welcome
  EXPECT_EQ(failures(), "no prompt packet after the 200;");
}

TEST_F(VerdictTest, the_queued_prompt_sounding_is_seen) {
  std::vector<HeardPacket> rest(evidence_.heard.begin() + 13, evidence_.heard.end());
  evidence_.heard.resize(13);
  hear(evidence_.prompts.menu, 1205, 25);
  evidence_.heard.insert(evidence_.heard.end(), rest.begin(), rest.end());
  EXPECT_NE(failures().find("never sounded"), std::string::npos);
}

TEST_F(VerdictTest, another_voice_or_another_level_is_not_the_prompt) {
  for (HeardPacket& packet : evidence_.heard) {
    for (std::int16_t& sample : packet.samples) sample = static_cast<std::int16_t>(sample / 2);
  }
  EXPECT_EQ(failures(), "the caller heard welcome.wav;then goodbye.wav;");
  evidence_.prompts.goodbye = voice(9, 400);
  EXPECT_NE(failures().find("then goodbye.wav"), std::string::npos);
}

TEST_F(VerdictTest, endings_in_the_wrong_order_twice_or_with_another_code_are_seen) {
  std::swap(event(4), event(5));
  EXPECT_NE(failures().find("in order"), std::string::npos);
  std::swap(event(4), event(5));
  ended("menu", "failed", 400, 8508, 0);
  EXPECT_NE(failures().find("in order"), std::string::npos);
  evidence_.bot.pop_back();
  event(5).subcode = 8536;
  EXPECT_EQ(failures(), "each prompt ended once, in order;");
}

TEST_F(VerdictTest, a_goodbye_that_was_cut_is_seen) {
  evidence_.prompts.goodbye = voice(3, 500);
  EXPECT_EQ(failures(), "the goodbye was heard to its end;");
}

TEST_F(VerdictTest, a_notification_that_claims_more_than_was_heard_is_seen) {
  event(4).sent_ms = 260;
  EXPECT_EQ(failures(), "as much was heard as the notification says was sent;");
}

TEST_F(VerdictTest, a_missing_bye_is_seen) {
  evidence_.hung_up_ns.reset();
  EXPECT_EQ(failures(), "the bot hung up;");
}

TEST_F(VerdictTest, nothing_at_all_fails_every_check) {
  const Evidence nothing;
  for (const Check& check : judge(nothing, examine(nothing))) EXPECT_FALSE(check.ok) << check.what;
}

}  // namespace
}  // namespace tonearm::cli
