#include "graph/read_command.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/errors.hpp"
#include "net/address_policy.hpp"

namespace tonearm::graph {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ReadOptions options(Version version = Version::v1_0, bool strict = false) {
  ReadOptions options;
  options.version = version;
  options.strict = strict;
  return options;
}

/// The command, or a test failure that shows the refusal.
template <class T>
T read(Action action, std::string_view body, const ReadOptions& how = options()) {
  const auto command = read_command(action, body, how);
  EXPECT_TRUE(command) << body << ": " << (command ? "" : command.error().message());
  return command && std::holds_alternative<T>(*command) ? std::get<T>(*command) : T{};
}

/// The message of a 400; empty if the body was taken.
std::string refusal(Action action, std::string_view body, const ReadOptions& how = options()) {
  const auto command = read_command(action, body, how);
  if (command) return {};
  EXPECT_EQ(command.error().code, make_error_code(Errc::bad_request)) << body;
  return command.error().context;
}

std::string prompt(std::string_view uri = "https://cdn.example.com/a.wav", std::string_view more = "") {
  return fmt::format(R"({{"@odata.type":"#microsoft.graph.mediaPrompt",)"
                     R"("mediaInfo":{{"@odata.type":"#microsoft.graph.mediaInfo","uri":"{}"}}{}}})",
                     uri, more);
}

std::string play(std::string_view prompts, std::string_view more = "") {
  return fmt::format(R"({{"prompts":[{}]{}}})", prompts, more);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t at = 0; at < times; ++at) all.append(at == 0 ? "" : ",").append(text);
  return all;
}

const std::string kAnswer = R"({"callbackUri":"https://bot.example.com/api/calls?webInstanceId=1",
  "acceptedModalities":["audio"],"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig",
  "preFetchMedia":[{"uri":"https://cdn.example.com/a.wav","resourceId":"r1"}]}})";

// ---- every body ------------------------------------------------------------------------------------------

TEST(ReadCommand, nothing_null_and_an_empty_object_say_the_same) {
  for (const std::string_view body : {"", " \r\n", "null", " null ", "{}", "{ }"}) {
    for (const Action action :
         {Action::cancel_media_processing, Action::subscribe_to_tone, Action::keep_alive, Action::reject}) {
      EXPECT_EQ(refusal(action, body), "") << body;
    }
  }
  EXPECT_FALSE(read<call::CancelCommand>(Action::cancel_media_processing, "null").client_context);
}

TEST(ReadCommand, what_is_no_json_object_is_refused) {
  for (const std::string_view body : {"[]",
                                      "[{}]",
                                      "1",
                                      "\"x\"",
                                      "true",
                                      "{",
                                      "{]",
                                      "{\"a\":1,}",
                                      "{'a':1}",
                                      "{} {}",
                                      "{}x",
                                      "nul",
                                      "{\"a\":1,\"a\":1}",
                                      "{\"a\":{\"b\":1,\"c\":2,\"b\":3}}",
                                      "{\"\\u0061\":1,\"a\":1}",
                                      "{\"a\":\"\xFF\"}",
                                      "{\"a\":\"\xED\xA0\x80\"}",
                                      "{\"a\":\"\\ud800\"}",
                                      "{\"a\":\"\xC0\xAF\"}",
                                      "{\"a\":\"\n\"}",
                                      "{\"a\":01}",
                                      "{\"a\":NaN}",
                                      "{\"a\":1e999}",
                                      "// x\n{}",
                                      "\xEF\xBB\xBF{}",
                                      "{\"a\":\"x"}) {
    EXPECT_NE(refusal(Action::cancel_media_processing, body), "") << body;
    EXPECT_NE(refusal(Action::keep_alive, body), "") << body;
  }
}

TEST(ReadCommand, depth_and_size_are_bounded) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(refusal(Action::keep_alive, nested(kBodyDepthMax)), "");
  EXPECT_NE(refusal(Action::keep_alive, nested(kBodyDepthMax + 1)), "");
  EXPECT_NE(refusal(Action::keep_alive, nested(100'000)), "");

  ReadOptions small = options();
  small.body_max = 10;
  EXPECT_TRUE(read_command(Action::keep_alive, "{        }", small));
  EXPECT_EQ(read_command(Action::keep_alive, "{         }", small).error().code,
            make_error_code(Errc::body_too_large));
}

TEST(ReadCommand, an_object_with_more_members_than_any_client_sends_is_refused) {
  std::string body = "{\"m0\":0";
  for (std::size_t at = 1; at < kMembersMax; ++at) body += fmt::format(",\"m{}\":0", at);
  EXPECT_EQ(refusal(Action::keep_alive, body + "}"), "");
  EXPECT_NE(refusal(Action::keep_alive, body + ",\"more\":0}"), "");
}

TEST(ReadCommand, addresses_and_lists_are_taken_at_their_limits_and_refused_one_past_them) {
  const auto uri = [](std::size_t size) {
    const std::string start = "https://a.example/";
    return start + std::string(size - start.size(), 'x');
  };
  const auto resource = [](std::size_t size) {
    return fmt::format(R"({{"prompts":[{{"mediaInfo":{{"uri":"https://a.example/","resourceId":"{}"}}}}]}})",
                       std::string(size, 'r'));
  };
  const auto callback = [&](std::size_t size) {
    return fmt::format(R"({{"callbackUri":"{}","mediaConfig":{{}}}})", uri(size));
  };
  const auto prefetch = [](std::size_t count) {
    return fmt::format(R"({{"mediaConfig":{{"preFetchMedia":[{}]}}}})",
                       repeated(R"({"uri":"https://a.example/"})", count));
  };
  EXPECT_EQ(refusal(Action::play_prompt, play(prompt(uri(kUriBytesMax)))), "");
  EXPECT_NE(refusal(Action::play_prompt, play(prompt(uri(kUriBytesMax + 1)))), "");
  EXPECT_EQ(refusal(Action::play_prompt, resource(kResourceIdBytesMax)), "");
  EXPECT_NE(refusal(Action::play_prompt, resource(kResourceIdBytesMax + 1)), "");
  EXPECT_EQ(refusal(Action::answer, callback(kUriBytesMax)), "");
  EXPECT_NE(refusal(Action::answer, callback(kUriBytesMax + 1)), "");
  EXPECT_EQ(refusal(Action::answer, prefetch(kPrefetchMax)), "");
  EXPECT_NE(refusal(Action::answer, prefetch(kPrefetchMax + 1)), "");
}

TEST(ReadCommand, unknown_members_are_ignored_but_not_unknown_extensions) {
  EXPECT_EQ(refusal(Action::cancel_media_processing, R"({"all":true,"x":{"y":[1]},"A":1,"a":2})"), "");
  for (const Action action : {Action::answer, Action::reject, Action::play_prompt, Action::record_response,
                              Action::subscribe_to_tone, Action::keep_alive, Action::cancel_media_processing,
                              Action::send_dtmf_tones}) {
    EXPECT_EQ(refusal(action, R"({"@tonearm.scop":"all"})"), "@tonearm.scop is not known here.");
  }
  EXPECT_NE(refusal(Action::play_prompt, play(prompt(), R"(,"@tonearm.scope":"all")")), "");
  EXPECT_NE(refusal(Action::play_prompt, play(prompt("https://a.example/b", R"(,"@tonearm.x":1)"))), "");
  EXPECT_NE(refusal(Action::cancel_media_processing, R"({"x":[{"@tonearm.scope":"all"}]})"), "");
}

TEST(ReadCommand, null_is_the_default_of_every_optional_member) {
  const auto record = read<call::RecordCommand>(
      Action::record_response,
      R"({"prompts":null,"bargeInAllowed":null,"initialSilenceTimeoutInSeconds":null,
      "maxSilenceTimeoutInSeconds":null,"maxRecordDurationInSeconds":null,"playBeep":null,"stopTones":null,
      "clientContext":null,"streamWhileRecording":null})");
  EXPECT_TRUE(record.spec.play_beep);
  EXPECT_EQ(record.spec.max_duration, seconds(5));
  EXPECT_FALSE(record.client_context);
  EXPECT_EQ(
      refusal(Action::cancel_media_processing, R"({"@tonearm.scope":null,"@tonearm.operationId":null})"), "");
  EXPECT_EQ(refusal(Action::reject, R"({"reason":null,"callbackUri":null})"), "");
  EXPECT_EQ(
      refusal(Action::play_prompt,
              play(prompt("https://a.example/b", R"(,"loop":null)"), R"(,"loop":null,"clientContext":null)"),
              options(Version::beta)),
      "");
}

TEST(ReadCommand, an_action_that_is_not_built_has_no_command) {
  for (const Action action :
       {Action::redirect, Action::transfer, Action::mute, Action::invite, Action::none}) {
    EXPECT_EQ(read_command(action, "{}", options()).error().code, make_error_code(Errc::not_built_yet));
  }
}

// ---- clientContext ---------------------------------------------------------------------------------------

TEST(ReadCommand, a_client_context_has_256_characters_at_most) {
  const auto body = [](std::size_t count, std::string_view character) {
    std::string context;
    for (std::size_t at = 0; at < count; ++at) context += character;
    return fmt::format("{{\"clientContext\":\"{}\"}}", context);
  };
  for (const std::string_view character : {"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x8E\xB5", "\\u00e9"}) {
    for (const Action action : {Action::cancel_media_processing, Action::subscribe_to_tone}) {
      EXPECT_EQ(refusal(action, body(256, character)), "");
      EXPECT_EQ(refusal(action, body(257, character)),
                "clientContext must not be longer than 256 characters.");
    }
    const auto with_prompt = [&](std::size_t count) {
      return R"({"prompts":[)" + prompt() + "]," + body(count, character).substr(1);
    };
    for (const Action action : {Action::play_prompt, Action::record_response}) {
      EXPECT_EQ(refusal(action, with_prompt(256)), "");
      EXPECT_NE(refusal(action, with_prompt(257)), "");
    }
  }
  EXPECT_NE(refusal(Action::cancel_media_processing, R"({"clientContext":7})"), "");
}

TEST(ReadCommand, a_client_context_is_kept_byte_for_byte) {
  const auto command = read<call::CancelCommand>(
      Action::cancel_media_processing, "{\"clientContext\":\" \\\"\\u0000\\ud83c\\udfb5\xC3\xA9\\/ \"}");
  EXPECT_EQ(command.client_context, std::string(" \"\0\xF0\x9F\x8E\xB5\xC3\xA9/ ", 11));
  EXPECT_EQ(
      read<call::CancelCommand>(Action::cancel_media_processing, R"({"clientContext":""})").client_context,
      "");
}

// ---- answer, reject
// ----------------------------------------------------------------------------------------

TEST(ReadCommand, answer_takes_its_documented_body) {
  const auto command = read<call::AnswerCommand>(Action::answer, kAnswer);
  EXPECT_EQ(command.callback_uri, "https://bot.example.com/api/calls?webInstanceId=1");
  EXPECT_EQ(command.accepted_modalities, std::vector<std::string>{"audio"});
  ASSERT_EQ(command.prefetch_media.size(), 1U);
  EXPECT_EQ(command.prefetch_media[0].uri, "https://cdn.example.com/a.wav");
  EXPECT_EQ(command.prefetch_media[0].resource_id, "r1");
  EXPECT_EQ(refusal(Action::answer, kAnswer, options(Version::v1_0, true)), "");
}

TEST(ReadCommand, answer_takes_what_a_reference_preserving_serializer_sends_unless_strict) {
  constexpr std::string_view kWrapped = R"({"$id":"1","callbackUri":"https://bot.example.com/api/calls",
    "acceptedModalities":{"$id":"2","$values":["Audio"]},
    "mediaConfig":{"$id":"3","preFetchMedia":{"$id":"4","$values":[{"$id":"5","resourceid":"r1",
      "uri":"https://cdn.example.com/a.wav","@odata.type":"microsoft.graph.mediaInfo"}]},
      "@odata.type":"microsoft.graph.serviceHostedMediaConfig"},
    "@odata.type":"#microsoft.graph.callAnswerRequestBody"})";
  const auto command = read<call::AnswerCommand>(Action::answer, kWrapped);
  ASSERT_EQ(command.prefetch_media.size(), 1U);
  EXPECT_EQ(command.prefetch_media[0].resource_id, "r1");
  EXPECT_EQ(command.accepted_modalities, std::vector<std::string>{"audio"});
  EXPECT_NE(refusal(Action::answer, kWrapped, options(Version::v1_0, true)), "");
}

struct Case {
  std::string name;
  std::string body;
  std::string says;  ///< Part of the refusal; empty: taken.
  bool strict = false;
};

void expect_cases(Action action, const std::vector<Case>& cases, Version version = Version::v1_0) {
  for (const auto& [name, body, says, strict] : cases) {
    const std::string message = refusal(action, body, options(version, strict));
    if (says.empty()) {
      EXPECT_EQ(message, "") << name << ": " << body;
    } else {
      EXPECT_NE(message.find(says), std::string::npos) << name << ": '" << message << "'";
    }
  }
}

std::string answer(std::string_view members) {
  return fmt::format("{{{}}}", members);
}
std::string answer_with(std::string_view more) {
  return answer(
      fmt::format(R"("mediaConfig":{{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}},{})", more));
}

TEST(ReadCommand, answer_has_its_rules) {
  expect_cases(
      Action::answer,
      {{"media config is required", "", "mediaConfig is required"},
       {"null is none", answer(R"("mediaConfig":null)"), "mediaConfig is required"},
       {"type may be missing", answer(R"("mediaConfig":{})"), ""},
       {"but not in strict mode", answer(R"("mediaConfig":{})"), "mediaConfig.@odata.type", true},
       {"type may come last, without #",
        answer(
            R"("mediaConfig":{"preFetchMedia":[],"@odata.type":"microsoft.graph.serviceHostedMediaConfig"})"),
        "", true},
       {"app-hosted",
        answer(R"("mediaConfig":{"@odata.type":"#microsoft.graph.appHostedMediaConfig","blob":"x"})"),
        "app-hosted media"},
       {"app-hosted by its blob", answer(R"("mediaConfig":{"blob":"x"})"), "app-hosted media"},
       {"another type", answer(R"("mediaConfig":{"@odata.type":"#microsoft.graph.mediaConfig"})"),
        "serviceHostedMediaConfig"},
       {"media config is an object", answer(R"("mediaConfig":[])"), "mediaConfig must be a JSON object"},
       {"prefetch needs a uri", answer(R"("mediaConfig":{"preFetchMedia":[{}]})"),
        "mediaConfig.preFetchMedia[0].uri is required"},
       {"no callback", answer_with(R"("acceptedModalities":["audio"])"), ""},
       {"callback by http", answer_with(R"("callbackUri":"http://bot.example.com/")"), "must be https"},
       {"callback is relative", answer_with(R"("callbackUri":"/api/calls")"), "absolute https"},
       {"callback is no text", answer_with(R"("callbackUri":7)"), "callbackUri must be a string"},
       {"callback of another scheme", answer_with(R"("callbackUri":"ftp://bot.example.com/")"), "absolute"},
       {"modality in any case", answer_with(R"("acceptedModalities":["AUDIO","Video"])"), ""},
       {"but not in strict mode", answer_with(R"("acceptedModalities":["Audio"])"), "acceptedModalities",
        true},
       {"no audio", answer_with(R"("acceptedModalities":["video"])"), "audio"},
       {"unknown modality", answer_with(R"("acceptedModalities":["smell"])"), "must be one of"},
       {"modalities as a string", answer_with(R"("acceptedModalities":"audio")"), "must be a list"},
       {"capacity", answer_with(R"("participantCapacity":200)"), ""},
       {"capacity is a number", answer_with(R"("participantCapacity":"200")"), "participantCapacity"},
       {"options", answer_with(R"("callOptions":{"@odata.type":"#microsoft.graph.incomingCallOptions"})"),
        ""},
       {"options are an object", answer_with(R"("callOptions":1)"), "callOptions"},
       {"a name in two cases", answer_with(R"("callbackURI":"https://a.example/","callbackUri":null)"),
        "stands twice"}});
}

TEST(ReadCommand, a_plain_http_callback_is_taken_where_the_policy_takes_it) {
  net::AddressPolicy policy;
  policy.allow_plain_http = true;
  ReadOptions how = options();
  how.callbacks = &policy;
  const std::string body = answer_with(R"("callbackUri":"http://127.0.0.1:9000/api/calls")");
  EXPECT_EQ(read<call::AnswerCommand>(Action::answer, body, how).callback_uri,
            "http://127.0.0.1:9000/api/calls");
  policy.allow_plain_http = false;
  EXPECT_NE(refusal(Action::answer, body, how), "");
}

TEST(ReadCommand, reject_has_three_reasons) {
  using call::RejectReason;
  const auto reason = [](std::string_view text) {
    return read<call::RejectCommand>(Action::reject, fmt::format("{{\"reason\":\"{}\"}}", text)).reason;
  };
  EXPECT_EQ(reason("none"), RejectReason::none);
  EXPECT_EQ(reason("Busy"), RejectReason::busy);
  EXPECT_EQ(reason("FORBIDDEN"), RejectReason::forbidden);
  EXPECT_EQ(read<call::RejectCommand>(Action::reject, "").reason, RejectReason::none);
  EXPECT_NE(refusal(Action::reject, R"({"reason":"later"})"), "");
  EXPECT_NE(refusal(Action::reject, R"({"reason":"Busy"})", options(Version::v1_0, true)), "");
  EXPECT_NE(refusal(Action::reject, R"({"reason":1})"), "");
}

// ---- play, record
// ------------------------------------------------------------------------------------------

TEST(ReadCommand, play_takes_its_documented_body) {
  const auto command = read<call::PlayCommand>(
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
       {"one", play(prompt()), ""},
       {"twenty", play(repeated(prompt(), 20)), ""},
       {"twenty-one", play(repeated(prompt(), 21)), "more than 20"},
       {"wrapped", R"({"prompts":{"$id":"1","$values":[)" + prompt() + "]}}", ""},
       {"wrapped, strict", R"({"prompts":{"$id":"1","$values":[)" + prompt() + "]}}", "must be a list", true},
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
        R"({"prompts":[{"mediaInfo":{"uri":"https://a.example/"},"@odata.type":"microsoft.graph.mediaPrompt"}]})",
        "", true},
       {"second prompt is wrong", play(prompt() + R"(,{"mediaInfo":{"uri":1}})"),
        "prompts[1].mediaInfo.uri must be a string"},
       {"resource id is a number",
        R"({"prompts":[{"mediaInfo":{"uri":"https://a.example/","resourceId":1}}]})",
        "resourceId must be a string"},
       {"context too long", play(prompt(), fmt::format(R"(,"clientContext":"{}")", std::string(257, 'x'))),
        "256"}});
}

TEST(ReadCommand, a_prompt_is_an_absolute_http_or_https_url) {
  for (const std::string_view uri : {"https://a.example/x.wav", "http://127.0.0.1:8000/x",
                                     "HTTPS://A.example", "https://[::1]:8443/x?a=b"}) {
    EXPECT_EQ(refusal(Action::play_prompt, play(prompt(uri))), "") << uri;
  }
  for (const std::string_view uri :
       {"", "x.wav", "/x.wav", "//a.example/x", "ftp://a.example/x", "file:///etc/passwd", "https://",
        "https:///x", "https:a.example", "http://a b/", "javascript:1", "https://a.example:99999/",
        "https://u:p@a.example/"}) {
    EXPECT_NE(refusal(Action::play_prompt, play(prompt(uri))), "") << uri;
  }
}

TEST(ReadCommand, loops_are_betas) {
  const std::string body = play(prompt("https://a.example/b", R"(,"loop":3)"), R"(,"loop":true)");
  const auto beta = read<call::PlayCommand>(Action::play_prompt, body, options(Version::beta));
  EXPECT_TRUE(beta.spec.loop);
  EXPECT_EQ(beta.spec.prompts[0].loop, 3U);
  const auto v1_0 = read<call::PlayCommand>(Action::play_prompt, body);
  EXPECT_FALSE(v1_0.spec.loop);
  EXPECT_EQ(v1_0.spec.prompts[0].loop, 1U);
  expect_cases(
      Action::play_prompt,
      {{"zero", play(prompt("https://a.example/b", R"(,"loop":0)")), "loop must be a whole number"},
       {"negative", play(prompt("https://a.example/b", R"(,"loop":-1)")), "loop must be"},
       {"fraction", play(prompt("https://a.example/b", R"(,"loop":1.5)")), "loop must be"},
       {"beyond Int32", play(prompt("https://a.example/b", R"(,"loop":2147483648)")), "loop must be"},
       {"text", play(prompt(), R"(,"loop":"true")"), "loop must be true or false"}},
      Version::beta);
}

TEST(ReadCommand, record_takes_its_documented_body) {
  const auto command = read<call::RecordCommand>(
      Action::record_response, fmt::format(R"({{"bargeInAllowed":true,"clientContext":"ctx-18","prompts":[{}],
      "maxRecordDurationInSeconds":10,"initialSilenceTimeoutInSeconds":6,"maxSilenceTimeoutInSeconds":2,
      "playBeep":false,"stopTones":["#","1","*","D"]}})",
                                           prompt()));
  EXPECT_TRUE(command.spec.barge_in);
  EXPECT_FALSE(command.spec.play_beep);
  EXPECT_TRUE(command.spec.prompt);
  EXPECT_EQ(command.spec.max_duration, seconds(10));
  EXPECT_EQ(command.spec.initial_silence, seconds(6));
  EXPECT_EQ(command.spec.max_silence, seconds(2));
  EXPECT_EQ(command.spec.stop_tones, (std::vector<char>{'#', '1', '*', 'D'}));
}

TEST(ReadCommand, record_has_its_defaults) {
  const auto command = read<call::RecordCommand>(Action::record_response, "");
  EXPECT_FALSE(command.spec.prompt);
  EXPECT_FALSE(command.spec.barge_in);
  EXPECT_TRUE(command.spec.play_beep);
  EXPECT_EQ(command.spec.max_duration, seconds(5));
  EXPECT_EQ(command.spec.initial_silence, seconds(5));
  EXPECT_EQ(command.spec.max_silence, seconds(5));
  EXPECT_TRUE(command.spec.stop_tones.empty());
}

TEST(ReadCommand, record_has_its_rules) {
  std::vector<Case> cases{
      {"two prompts", play(repeated(prompt(), 2)), "more than 1"},
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
  const auto command = read<call::SendDtmfCommand>(
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
    return read<call::CancelCommand>(Action::cancel_media_processing, body).scope;
  };
  EXPECT_EQ(scope("{}"), CancelScope::all);
  EXPECT_EQ(scope(R"({"@tonearm.scope":"all"})"), CancelScope::all);
  EXPECT_EQ(scope(R"({"@tonearm.scope":"current"})"), CancelScope::current);
  EXPECT_EQ(scope(R"({"@tonearm.scope":"Queued"})"), CancelScope::queued);
  const auto command = read<call::CancelCommand>(
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
