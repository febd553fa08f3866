#include "graph/read_command.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/test_bodies.hpp"
#include "net/address_policy.hpp"

namespace tonearm::graph {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kAnswer = R"({"callbackUri":"https://bot.example.com/api/calls?webInstanceId=1",
  "acceptedModalities":["audio"],"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig",
  "preFetchMedia":[{"uri":"https://cdn.example.com/a.wav","resourceId":"r1"}]}})";

// ---- every body ------------------------------------------------------------------------------------------

TEST(ReadCommand, nothing_null_and_an_empty_object_say_the_same) {
  for (const std::string_view body : {"", " \r\n", "null", " null ", "{}", "{ }"}) {
    for (const Action action :
         {Action::cancel_media_processing, Action::subscribe_to_tone, Action::keep_alive, Action::reject}) {
      EXPECT_EQ(refusal_of(action, body), "") << body;
    }
  }
  EXPECT_FALSE(taken<call::CancelCommand>(Action::cancel_media_processing, "null").client_context);
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
    EXPECT_NE(refusal_of(Action::cancel_media_processing, body), "") << body;
    EXPECT_NE(refusal_of(Action::keep_alive, body), "") << body;
  }
}

TEST(ReadCommand, depth_and_size_are_bounded) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(refusal_of(Action::keep_alive, nested(kBodyDepthMax)), "");
  EXPECT_NE(refusal_of(Action::keep_alive, nested(kBodyDepthMax + 1)), "");
  EXPECT_NE(refusal_of(Action::keep_alive, nested(100'000)), "");

  ReadOptions small = read_as();
  small.body_max = 10;
  EXPECT_TRUE(read_command(Action::keep_alive, "{        }", small));
  EXPECT_EQ(read_command(Action::keep_alive, "{         }", small).error().code,
            make_error_code(Errc::body_too_large));
}

TEST(ReadCommand, an_object_with_more_members_than_any_client_sends_is_refused) {
  std::string body = "{\"m0\":0";
  for (std::size_t at = 1; at < kMembersMax; ++at) body += fmt::format(",\"m{}\":0", at);
  EXPECT_EQ(refusal_of(Action::keep_alive, body + "}"), "");
  EXPECT_NE(refusal_of(Action::keep_alive, body + ",\"more\":0}"), "");
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
  EXPECT_EQ(refusal_of(Action::play_prompt, play_body(prompt_body(uri(kUriBytesMax)))), "");
  EXPECT_NE(refusal_of(Action::play_prompt, play_body(prompt_body(uri(kUriBytesMax + 1)))), "");
  EXPECT_EQ(refusal_of(Action::play_prompt, resource(kResourceIdBytesMax)), "");
  EXPECT_NE(refusal_of(Action::play_prompt, resource(kResourceIdBytesMax + 1)), "");
  EXPECT_EQ(refusal_of(Action::answer, callback(kUriBytesMax)), "");
  EXPECT_NE(refusal_of(Action::answer, callback(kUriBytesMax + 1)), "");
  EXPECT_EQ(refusal_of(Action::answer, prefetch(kPrefetchMax)), "");
  EXPECT_NE(refusal_of(Action::answer, prefetch(kPrefetchMax + 1)), "");
}

TEST(ReadCommand, unknown_members_are_ignored_but_not_unknown_extensions) {
  EXPECT_EQ(refusal_of(Action::cancel_media_processing, R"({"all":true,"x":{"y":[1]},"A":1,"a":2})"), "");
  for (const Action action : {Action::answer, Action::reject, Action::play_prompt, Action::record_response,
                              Action::subscribe_to_tone, Action::keep_alive, Action::cancel_media_processing,
                              Action::send_dtmf_tones}) {
    EXPECT_EQ(refusal_of(action, R"({"@tonearm.scop":"all"})"), "@tonearm.scop is not known here.");
  }
  EXPECT_NE(refusal_of(Action::play_prompt, play_body(prompt_body(), R"(,"@tonearm.scope":"all")")), "");
  EXPECT_NE(
      refusal_of(Action::play_prompt, play_body(prompt_body("https://a.example/b", R"(,"@tonearm.x":1)"))),
      "");
  EXPECT_NE(refusal_of(Action::cancel_media_processing, R"({"x":[{"@tonearm.scope":"all"}]})"), "");
}

TEST(ReadCommand, null_is_the_default_of_every_optional_member) {
  const auto record = taken<call::RecordCommand>(
      Action::record_response,
      R"({"prompts":null,"bargeInAllowed":null,"initialSilenceTimeoutInSeconds":null,
      "maxSilenceTimeoutInSeconds":null,"maxRecordDurationInSeconds":null,"playBeep":null,"stopTones":null,
      "clientContext":null,"streamWhileRecording":null})");
  EXPECT_TRUE(record.spec.play_beep);
  EXPECT_EQ(record.spec.max_duration, seconds(5));
  EXPECT_FALSE(record.client_context);
  EXPECT_EQ(
      refusal_of(Action::cancel_media_processing, R"({"@tonearm.scope":null,"@tonearm.operationId":null})"),
      "");
  EXPECT_EQ(refusal_of(Action::reject, R"({"reason":null,"callbackUri":null})"), "");
  EXPECT_EQ(refusal_of(Action::play_prompt,
                       play_body(prompt_body("https://a.example/b", R"(,"loop":null)"),
                                 R"(,"loop":null,"clientContext":null)"),
                       read_as(Version::beta)),
            "");
}

TEST(ReadCommand, an_action_that_is_not_built_has_no_command) {
  for (const Action action : {Action::mute, Action::invite, Action::none}) {
    EXPECT_EQ(read_command(action, "{}", read_as()).error().code, make_error_code(Errc::not_built_yet));
  }
}

TEST(ReadCommand, a_recording_status_is_one_of_three) {
  const auto read = [](std::string_view body) {
    return std::get<call::UpdateRecordingStatusCommand>(
        read_command(Action::update_recording_status, body, read_as()).value());
  };
  EXPECT_EQ(read(R"({"status":"notRecording"})").status, call::RecordingStatus::not_recording);
  EXPECT_EQ(read(R"({"status":"Recording","clientContext":"c"})").status, call::RecordingStatus::recording);
  EXPECT_EQ(read(R"({"status":"failed"})").status, call::RecordingStatus::failed);
  for (const auto body : {"{}", R"({"status":null})", R"({"status":"unknown"})", R"({"status":"paused"})"})
    EXPECT_NE(refusal_of(Action::update_recording_status, body), "") << body;
}

TEST(ReadCommand, a_transfer_has_one_target_and_may_replace_a_call) {
  const std::string user = R"({"user":{"id":"4F0A5F0B-7F5A-4C36-9C11-2C4D9C3B1D04","displayName":"Ada"}})";
  const auto body = [](const std::string& identity, const std::string& more = "") {
    return R"({"transferTarget":{"endpointType":"default","identity":)" + identity + more +
           R"(},"clientContext":"c"})";
  };
  const auto read = [](const std::string& text) {
    return std::get<call::TransferCommand>(read_command(Action::transfer, text, read_as()).value());
  };
  EXPECT_EQ(read(body(user)).target.id, "4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04");
  EXPECT_EQ(read(body(R"({"phone":{"id":"+1 425 555 0100"}})")).target.id, "+14255550100");
  EXPECT_FALSE(read(body(user)).replaces);
  const std::string other = "57DAB8B1894C409AB240BD8BEAE78896";
  EXPECT_EQ(read(body(user, R"(,"replacesCallId":")" + other + "\"")).replaces, call::CallId::parse(other));
  for (const std::string& wrong :
       {std::string("{}"), std::string(R"({"transferTarget":null})"), std::string(R"({"transferTarget":{}})"),
        body(R"({"application":{"id":"4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04"}})"),
        body(user, R"(,"replacesCallId":"1")")})
    EXPECT_NE(refusal_of(Action::transfer, wrong), "") << wrong;
}

TEST(ReadCommand, a_redirect_has_1_to_25_targets_and_a_time_for_them) {
  const auto body = [](std::size_t targets, const std::string& more = "") {
    std::string list;
    for (std::size_t at = 0; at < targets; ++at)
      list +=
          std::string(at == 0 ? "" : ",") +
          R"({"@odata.type":"#microsoft.graph.invitationParticipantInfo","identity":{"phone":{"id":"+1 425 555 0101"}}})";
    return R"({"targets":[)" + list + "]" + more + "}";
  };
  const auto read = [](const std::string& text, Version version = Version::v1_0) {
    return std::get<call::RedirectCommand>(read_command(Action::redirect, text, read_as(version)).value());
  };
  EXPECT_EQ(read(body(1)).targets.front().id, "+14255550101");
  EXPECT_EQ(read(body(25)).targets.size(), 25u);
  EXPECT_EQ(read(body(1)).timeout, std::chrono::seconds(55));
  EXPECT_EQ(read(body(2)).timeout, std::chrono::seconds(60));
  EXPECT_EQ(read(body(2, R"(,"timeout":15)")).timeout, std::chrono::seconds(15));
  EXPECT_EQ(read(body(2, R"(,"timeout":90)")).timeout, std::chrono::seconds(90));
  EXPECT_EQ(read(body(1, R"(,"callbackUri":"https://bot.example.com/")")).callback_uri,
            "https://bot.example.com/");
  for (const std::string& wrong :
       {std::string("{}"), body(0), body(26), body(1, R"(,"timeout":14)"), body(1, R"(,"timeout":91)"),
        std::string(
            R"({"targets":[{"identity":{"application":{"id":"4f0a5f0b-7f5a-4c36-9c11-2c4d9c3b1d04"}}}]})")})
    EXPECT_NE(refusal_of(Action::redirect, wrong), "") << wrong;
}

TEST(ReadCommand, a_redirect_masks_its_caller_on_beta_only) {
  const std::string text =
      R"({"targets":[{"identity":{"phone":{"id":"+14255550101"}}}],"maskCaller":true,"maskCallee":true,"targetDisposition":"SimultaneousRing"})";
  const auto masked = [&](Version version) {
    return std::get<call::RedirectCommand>(read_command(Action::redirect, text, read_as(version)).value())
        .mask_caller;
  };
  EXPECT_TRUE(masked(Version::beta));
  EXPECT_FALSE(masked(Version::v1_0));
  EXPECT_NE(refusal_of(Action::redirect,
                       R"({"targets":[{"identity":{"phone":{"id":"+1"}}}],"targetDisposition":"all"})",
                       read_as(Version::beta)),
            "");
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
      EXPECT_EQ(refusal_of(action, body(256, character)), "");
      EXPECT_EQ(refusal_of(action, body(257, character)),
                "clientContext must not be longer than 256 characters.");
    }
    const auto with_prompt = [&](std::size_t count) {
      return R"({"prompts":[)" + prompt_body() + "]," + body(count, character).substr(1);
    };
    for (const Action action : {Action::play_prompt, Action::record_response}) {
      EXPECT_EQ(refusal_of(action, with_prompt(256)), "");
      EXPECT_NE(refusal_of(action, with_prompt(257)), "");
    }
  }
  EXPECT_NE(refusal_of(Action::cancel_media_processing, R"({"clientContext":7})"), "");
}

TEST(ReadCommand, a_client_context_is_kept_byte_for_byte) {
  const auto command = taken<call::CancelCommand>(
      Action::cancel_media_processing, "{\"clientContext\":\" \\\"\\u0000\\ud83c\\udfb5\xC3\xA9\\/ \"}");
  EXPECT_EQ(command.client_context, std::string(" \"\0\xF0\x9F\x8E\xB5\xC3\xA9/ ", 11));
  EXPECT_EQ(
      taken<call::CancelCommand>(Action::cancel_media_processing, R"({"clientContext":""})").client_context,
      "");
}

// ---- answer, reject
// ----------------------------------------------------------------------------------------

TEST(ReadCommand, answer_takes_its_documented_body) {
  const auto command = taken<call::AnswerCommand>(Action::answer, kAnswer);
  EXPECT_EQ(command.callback_uri, "https://bot.example.com/api/calls?webInstanceId=1");
  EXPECT_EQ(command.accepted_modalities, std::vector<std::string>{"audio"});
  ASSERT_EQ(command.prefetch_media.size(), 1U);
  EXPECT_EQ(command.prefetch_media[0].uri, "https://cdn.example.com/a.wav");
  EXPECT_EQ(command.prefetch_media[0].resource_id, "r1");
  EXPECT_EQ(refusal_of(Action::answer, kAnswer, read_as(Version::v1_0, true)), "");
}

TEST(ReadCommand, answer_takes_what_a_reference_preserving_serializer_sends_unless_strict) {
  constexpr std::string_view kWrapped = R"({"$id":"1","callbackUri":"https://bot.example.com/api/calls",
    "acceptedModalities":{"$id":"2","$values":["Audio"]},
    "mediaConfig":{"$id":"3","preFetchMedia":{"$id":"4","$values":[{"$id":"5","resourceid":"r1",
      "uri":"https://cdn.example.com/a.wav","@odata.type":"microsoft.graph.mediaInfo"}]},
      "@odata.type":"microsoft.graph.serviceHostedMediaConfig"},
    "@odata.type":"#microsoft.graph.callAnswerRequestBody"})";
  const auto command = taken<call::AnswerCommand>(Action::answer, kWrapped);
  ASSERT_EQ(command.prefetch_media.size(), 1U);
  EXPECT_EQ(command.prefetch_media[0].resource_id, "r1");
  EXPECT_EQ(command.accepted_modalities, std::vector<std::string>{"audio"});
  EXPECT_NE(refusal_of(Action::answer, kWrapped, read_as(Version::v1_0, true)), "");
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
       {"type may come last",
        answer(
            R"("mediaConfig":{"preFetchMedia":[],"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"})"),
        "", true},
       {"without #", answer(R"("mediaConfig":{"@odata.type":"microsoft.graph.serviceHostedMediaConfig"})"),
        ""},
       {"but not in strict mode",
        answer(R"("mediaConfig":{"@odata.type":"microsoft.graph.serviceHostedMediaConfig"})"),
        "mediaConfig.@odata.type", true},
       {"nor in another case",
        answer(R"("mediaConfig":{"@odata.type":"#microsoft.graph.ServiceHostedMediaConfig"})"),
        "mediaConfig.@odata.type", true},
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
  ReadOptions how = read_as();
  how.callbacks = &policy;
  const std::string body = answer_with(R"("callbackUri":"http://127.0.0.1:9000/api/calls")");
  EXPECT_EQ(taken<call::AnswerCommand>(Action::answer, body, how).callback_uri,
            "http://127.0.0.1:9000/api/calls");
  policy.allow_plain_http = false;
  EXPECT_NE(refusal_of(Action::answer, body, how), "");
}

TEST(ReadCommand, reject_has_three_reasons) {
  using call::RejectReason;
  const auto reason = [](std::string_view text) {
    return taken<call::RejectCommand>(Action::reject, fmt::format("{{\"reason\":\"{}\"}}", text)).reason;
  };
  EXPECT_EQ(reason("none"), RejectReason::none);
  EXPECT_EQ(reason("Busy"), RejectReason::busy);
  EXPECT_EQ(reason("FORBIDDEN"), RejectReason::forbidden);
  EXPECT_EQ(taken<call::RejectCommand>(Action::reject, "").reason, RejectReason::none);
  EXPECT_NE(refusal_of(Action::reject, R"({"reason":"later"})"), "");
  EXPECT_NE(refusal_of(Action::reject, R"({"reason":"Busy"})", read_as(Version::v1_0, true)), "");
  EXPECT_NE(refusal_of(Action::reject, R"({"reason":1})"), "");
}

}  // namespace
}  // namespace tonearm::graph
