#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/read_command.hpp"
#include "graph/test_bodies.hpp"

namespace tonearm::graph {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// ---- play, record
// ------------------------------------------------------------------------------------------

TEST(ReadCommand, play_takes_its_documented_body) {
  const auto command = taken<call::PlayCommand>(
      Action::play_prompt,
      R"({"clientContext":"ctx-17","prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":
      {"@odata.type":"#microsoft.graph.mediaInfo","uri":"https://cdn.example.com/hello.wav?sig=a%2Bb",
      "resourceId":"9a4d7b58-0a7a-4d6b-8a6f-5a0f2d7a7e06"}}]})");
  EXPECT_EQ(command.client_context, "ctx-17");
  ASSERT_EQ(command.spec.prompts.size(), 1U);
  EXPECT_EQ(command.spec.prompts[0].uri, "https://cdn.example.com/hello.wav?sig=a%2Bb");
  EXPECT_EQ(command.spec.prompts[0].resource_id, "9a4d7b58-0a7a-4d6b-8a6f-5a0f2d7a7e06");
  EXPECT_FALSE(command.spec.loop);
}

TEST(ReadCommand, play_has_its_rules) {
  expect_cases(
      Action::play_prompt,
      {{"no body", "", "prompts must have 1 to 20"},
       {"no prompts", "{\"prompts\":[]}", "prompts must have 1 to 20"},
       {"one", play_body(prompt_body()), ""},
       {"twenty", play_body(repeated(prompt_body(), 20)), ""},
       {"twenty-one", play_body(repeated(prompt_body(), 21)), "more than 20"},
       {"wrapped", R"({"prompts":{"$id":"1","$values":[)" + prompt_body() + "]}}", ""},
       {"wrapped, strict", R"({"prompts":{"$id":"1","$values":[)" + prompt_body() + "]}}", "must be a list",
        true},
       {"prompts as an object", R"({"prompts":{}})", "must be a list"},
       {"prompt as text", R"({"prompts":["x"]})", "prompts[0] must be a JSON object"},
       {"null as a prompt", R"({"prompts":[null]})", "prompts[0] must be a JSON object"},
       {"no media info", R"({"prompts":[{}]})", "prompts[0].mediaInfo is required"},
       {"no uri", R"({"prompts":[{"mediaInfo":{}}]})", "prompts[0].mediaInfo.uri is required"},
       {"type missing, strict", R"({"prompts":[{"mediaInfo":{"uri":"https://a.example/"}}]})",
        "prompts[0].@odata.type", true},
       {"type missing", R"({"prompts":[{"mediaInfo":{"uri":"https://a.example/"}}]})", ""},
       {"another type", R"({"prompts":[{"@odata.type":"#microsoft.graph.textPrompt"}]})",
        "there are no other prompts"},
       {"type last",
        R"({"prompts":[{"mediaInfo":{"uri":"https://a.example/"},"@odata.type":"#microsoft.graph.mediaPrompt"}]})",
        "", true},
       {"type without #",
        R"({"prompts":[{"mediaInfo":{"uri":"https://a.example/"},"@odata.type":"microsoft.graph.mediaPrompt"}]})",
        ""},
       {"type without #, strict",
        R"({"prompts":[{"mediaInfo":{"uri":"https://a.example/"},"@odata.type":"microsoft.graph.mediaPrompt"}]})",
        "prompts[0].@odata.type", true},
       {"second prompt is wrong", play_body(prompt_body() + R"(,{"mediaInfo":{"uri":1}})"),
        "prompts[1].mediaInfo.uri must be a string"},
       {"resource id is a number",
        R"({"prompts":[{"mediaInfo":{"uri":"https://a.example/","resourceId":1}}]})",
        "resourceId must be a string"},
       {"context too long",
        play_body(prompt_body(), fmt::format(R"(,"clientContext":"{}")", std::string(257, 'x'))), "256"}});
}

TEST(ReadCommand, a_prompt_is_an_absolute_http_or_https_url) {
  for (const std::string_view uri : {"https://a.example/x.wav", "http://127.0.0.1:8000/x",
                                     "HTTPS://A.example", "https://[::1]:8443/x?a=b"}) {
    EXPECT_EQ(refusal_of(Action::play_prompt, play_body(prompt_body(uri))), "") << uri;
  }
  for (const std::string_view uri :
       {"", "x.wav", "/x.wav", "//a.example/x", "ftp://a.example/x", "file:///etc/passwd", "https://",
        "https:///x", "https:a.example", "http://a b/", "javascript:1", "https://a.example:99999/",
        "https://u:p@a.example/"}) {
    EXPECT_NE(refusal_of(Action::play_prompt, play_body(prompt_body(uri))), "") << uri;
  }
}

TEST(ReadCommand, loops_are_betas) {
  const std::string body = play_body(prompt_body("https://a.example/b", R"(,"loop":3)"), R"(,"loop":true)");
  const auto beta = taken<call::PlayCommand>(Action::play_prompt, body, read_as(Version::beta));
  EXPECT_TRUE(beta.spec.loop);
  EXPECT_EQ(beta.spec.prompts[0].loop, 3U);
  const auto v1_0 = taken<call::PlayCommand>(Action::play_prompt, body);
  EXPECT_FALSE(v1_0.spec.loop);
  EXPECT_EQ(v1_0.spec.prompts[0].loop, 1U);
  expect_cases(
      Action::play_prompt,
      {{"zero", play_body(prompt_body("https://a.example/b", R"(,"loop":0)")), "loop must be a whole number"},
       {"negative", play_body(prompt_body("https://a.example/b", R"(,"loop":-1)")), "loop must be"},
       {"fraction", play_body(prompt_body("https://a.example/b", R"(,"loop":1.5)")), "loop must be"},
       {"beyond Int32", play_body(prompt_body("https://a.example/b", R"(,"loop":2147483648)")),
        "loop must be"},
       {"text", play_body(prompt_body(), R"(,"loop":"true")"), "loop must be true or false"}},
      Version::beta);
}

TEST(ReadCommand, record_takes_its_documented_body) {
  const auto command = taken<call::RecordCommand>(
      Action::record_response, fmt::format(R"({{"bargeInAllowed":true,"clientContext":"ctx-18","prompts":[{}],
      "maxRecordDurationInSeconds":10,"initialSilenceTimeoutInSeconds":6,"maxSilenceTimeoutInSeconds":2,
      "playBeep":false,"stopTones":["#","1","*","D"]}})",
                                           prompt_body()));
  EXPECT_TRUE(command.spec.barge_in);
  EXPECT_FALSE(command.spec.play_beep);
  EXPECT_TRUE(command.spec.prompt);
  EXPECT_EQ(command.spec.max_duration, seconds(10));
  EXPECT_EQ(command.spec.initial_silence, seconds(6));
  EXPECT_EQ(command.spec.max_silence, seconds(2));
  EXPECT_EQ(command.spec.stop_tones, (std::vector<char>{'#', '1', '*', 'D'}));
}

TEST(ReadCommand, record_has_its_defaults) {
  const auto command = taken<call::RecordCommand>(Action::record_response, "");
  EXPECT_FALSE(command.spec.prompt);
  EXPECT_FALSE(command.spec.barge_in);
  EXPECT_TRUE(command.spec.play_beep);
  EXPECT_EQ(command.spec.max_duration, seconds(5));
  EXPECT_EQ(command.spec.initial_silence, seconds(5));
  EXPECT_EQ(command.spec.max_silence, seconds(5));
  EXPECT_TRUE(command.spec.stop_tones.empty());
}

TEST(ReadCommand, record_has_its_rules) {
  std::vector<BodyCase> cases{
      {"two prompts", play_body(repeated(prompt_body(), 2)), "more than 1"},
      {"two keys in one", R"({"stopTones":["11"]})", "one key each"},
      {"no key", R"({"stopTones":[""]})", "one key each"},
      {"key by its Graph name", R"({"stopTones":["pound"]})", "one key each"},
      {"a letter beyond D", R"({"stopTones":["E"]})", "one key each"},
      {"key as a number", R"({"stopTones":[1]})", "one key each"},
      {"beep as text", R"({"playBeep":"yes"})", "playBeep must be true or false"},
  };
  for (const std::string name :
       {"initialSilenceTimeoutInSeconds", "maxSilenceTimeoutInSeconds", "maxRecordDurationInSeconds"}) {
    for (const std::string value : {"0", "-1", "121", "1.5", "\"5\"", "true"}) {
      cases.push_back({name, fmt::format("{{\"{}\":{}}}", name, value), "from 1 to 120"});
    }
    for (const std::string value : {"1", "120"}) {
      cases.push_back({name, fmt::format("{{\"{}\":{}}}", name, value), ""});
    }
  }
  expect_cases(Action::record_response, cases);
}

// ---- tones, cancel
// -----------------------------------------------------------------------------------------

TEST(ReadCommand, keys_to_send_are_spelled_as_tones) {
  const auto command = taken<call::SendDtmfCommand>(
      Action::send_dtmf_tones,
      R"({"tones":["tone1","Star","pound","a","flash"],"delayBetweenTonesMs":100,"clientContext":"c"})");
  using call::Tone;
  EXPECT_EQ(command.tones, (std::vector<Tone>{Tone::t1, Tone::star, Tone::pound, Tone::a, Tone::flash}));
  EXPECT_EQ(command.delay, milliseconds(100));
  expect_cases(Action::send_dtmf_tones,
               {{"none", "", "tones must have 1 to 256"},
                {"most", fmt::format("{{\"tones\":[{}]}}", repeated("\"tone1\"", kDtmfTonesMax)), ""},
                {"one more", fmt::format("{{\"tones\":[{}]}}", repeated("\"tone1\"", kDtmfTonesMax + 1)),
                 "more than 256"},
                {"a digit", R"({"tones":["1"]})", "must be one of tone0"},
                {"an object", R"({"tones":[{"tone":"tone1"}]})", "must be one of"},
                {"any case, strict", R"({"tones":["Tone1"]})", "must be one of", true},
                {"negative delay", R"({"tones":["tone1"],"delayBetweenTonesMs":-1})", "from 0 to 10000"}});
}

TEST(ReadCommand, cancel_takes_a_scope_or_an_operation) {
  using call::CancelScope;
  const auto scope = [](std::string_view body) {
    return taken<call::CancelCommand>(Action::cancel_media_processing, body).scope;
  };
  EXPECT_EQ(scope("{}"), CancelScope::all);
  EXPECT_EQ(scope(R"({"@tonearm.scope":"all"})"), CancelScope::all);
  EXPECT_EQ(scope(R"({"@tonearm.scope":"current"})"), CancelScope::current);
  EXPECT_EQ(scope(R"({"@tonearm.scope":"Queued"})"), CancelScope::queued);
  const auto command = taken<call::CancelCommand>(
      Action::cancel_media_processing, R"({"@tonearm.operationId":"D2A7C6F008D54F428C403F4A86B9E107"})");
  ASSERT_TRUE(command.operation);
  EXPECT_EQ(command.operation->to_string(), "d2a7c6f0-08d5-4f42-8c40-3f4a86b9e107");
  expect_cases(
      Action::cancel_media_processing,
      {{"unknown scope", R"({"@tonearm.scope":"some"})", "must be one of all, current, queued"},
       {"scope as a number", R"({"@tonearm.scope":1})", "must be one of"},
       {"no id", R"({"@tonearm.operationId":"x"})", "a GUID"},
       {"id as a number", R"({"@tonearm.operationId":1})", "must be a string"},
       {"both", R"({"@tonearm.scope":"all","@tonearm.operationId":"d2a7c6f0-08d5-4f42-8c40-3f4a86b9e107"})",
        "exclude each other"},
       {"extension in another case", R"({"@Tonearm.scope":"all"})", "not known"}});
}

}  // namespace
}  // namespace tonearm::graph
