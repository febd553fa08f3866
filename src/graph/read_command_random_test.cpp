#include <algorithm>
#include <array>
#include <random>
#include <string>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "graph/errors.hpp"
#include "graph/parse_json.hpp"
#include "graph/read_command.hpp"

namespace tonearm::graph {
namespace {

// Bodies that are nearly right, changed at random: whatever comes in is taken or refused with a message.
// A failing round is found again by its seed.

constexpr std::array<std::string_view, 6> kBodies{
    R"({"callbackUri":"https://bot.example.com/","acceptedModalities":["audio"],"mediaConfig":{"@odata.type":
"#microsoft.graph.serviceHostedMediaConfig","preFetchMedia":[{"uri":"https://a.example/x","resourceId":null}]}})",
    R"({"clientContext":"\ud83c\udfb5","loop":true,"prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","loop":2,
"mediaInfo":{"uri":"https://a.example/x.wav","resourceId":"1"}}]})",
    R"({"prompts":{"$id":"1","$values":[]},"playBeep":false,"maxRecordDurationInSeconds":10,"stopTones":["#","1"]})",
    R"({"tones":["tone1","star"],"delayBetweenTonesMs":-1e3,"clientContext":null})",
    R"({"@tonearm.scope":"current","clientContext":"x"})",
    R"({"@tonearm.operationId":"d2a7c6f0-08d5-4f42-8c40-3f4a86b9e107","reason":"busy"})"};

constexpr std::array kActions{Action::answer,
                              Action::reject,
                              Action::keep_alive,
                              Action::play_prompt,
                              Action::record_response,
                              Action::subscribe_to_tone,
                              Action::cancel_media_processing,
                              Action::send_dtmf_tones};

constexpr std::array<std::string_view, 18> kPieces{"{",           "}",
                                                   "[",           "]",
                                                   ",",           ":",
                                                   "\"",          "\\",
                                                   "null",        "1e999",
                                                   "-0",          "\xFF",
                                                   "\xF0\x9F",    "\\u0000",
                                                   "\\ud800",     "\"@tonearm.scope\":1",
                                                   "\"$values\"", "99999999999999999999"};

std::string mutated(std::string body, std::mt19937& random) {
  for (unsigned edits = random() % 6; edits > 0; --edits) {
    const std::size_t at = random() % (body.size() + 1);
    switch (random() % 4) {
      case 0:
        body.insert(at, kPieces[random() % kPieces.size()]);
        break;
      case 1:
        body.erase(at, random() % 8);
        break;
      case 2:
        body.insert(at, body.substr(random() % (body.size() + 1), random() % 24));
        break;
      default:
        if (at < body.size()) body[at] = static_cast<char>(random());
    }
  }
  return body;
}

TEST(ReadCommandRandom, every_mutated_body_is_taken_or_refused_with_a_message) {
  std::mt19937 random(20260204);
  std::size_t taken = 0;
  for (int round = 0; round < 60'000; ++round) {
    const std::string body = mutated(std::string(kBodies[random() % kBodies.size()]), random);
    ReadOptions options;
    options.version = random() % 2 ? Version::beta : Version::v1_0;
    options.strict = random() % 2;
    const auto command = read_command(kActions[random() % kActions.size()], body, options);
    if (command) {
      ++taken;
      continue;
    }
    ASSERT_EQ(command.error().code, make_error_code(Errc::bad_request)) << round;
    ASSERT_FALSE(command.error().context.empty()) << round;
    // What is refused can be said: the body may be anything, the answer is JSON.
    ASSERT_TRUE(parse_json(error_answer(command.error()).body({}))) << round;
  }
  EXPECT_GT(taken, 1000U);
}

TEST(ReadCommandRandom, what_is_parsed_survives_being_written_and_parsed_again) {
  std::mt19937 random(20260205);
  for (int round = 0; round < 20'000; ++round) {
    const auto value = parse_json(mutated(std::string(kBodies[random() % kBodies.size()]), random));
    if (!value) continue;
    const auto again = parse_json(boost::json::serialize(*value));
    ASSERT_TRUE(again) << round;
    ASSERT_EQ(*again, *value) << round;
  }
}

}  // namespace
}  // namespace tonearm::graph
