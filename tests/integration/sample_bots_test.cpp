// Microsoft's stateless sample bots, request for request: paths with `microsoft.graph.` before the action,
// the headers of their SDK, `@odata.type` where it writes one; and of each notification no more is read than
// they read.

#include <algorithm>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording_peer.hpp"
#include "server_fixture.hpp"
#include "sip_callee.hpp"

namespace tonearm::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

constexpr const char* kAda = "00000000-0000-4000-8000-000000000101";
constexpr const char* kScenario = "8d6b1e5c-6f0a-4a3e-9d3b-0a4f5f3a7c11";
constexpr const char* kMedia = R"({"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"})";

std::string text_of(const boost::json::value& body, std::string_view pointer) {
  const auto* found = body.is_object() ? &body.at_pointer({pointer.data(), pointer.size()}) : nullptr;
  return found && found->is_string() ? std::string(found->as_string()) : "";
}

/// A bot of the samples: what it sends, and what it makes of what it is sent.
class SampleBot : public ::testing::Test {
 protected:
  SampleBot() {
    auto settings = test_settings(bot, dir.path());
    add_user(settings, kAda, ada.contact());
    server.emplace(std::move(settings));
    api.emplace(server->at().http, token_of_the_samples());
    bot.serve("/audio/speech.wav", tone_wav(440, 0.4));
  }

  /// Their authentication provider puts a slash too many into the scope.
  std::string token_of_the_samples() const {
    const std::string form =
        std::string("client_id=") + kApplication + "&client_secret=" + kSecret +
        "&grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F%2F.default";
    ApiClient issuer(server->at().http, "", "");
    return issuer
        .request("POST", std::string("/") + kTenant + "/oauth2/v2.0/token", form,
                 "Content-Type: application/x-www-form-urlencoded\r\n")
        .text("access_token");
  }

  ApiAnswer post(const std::string& path, const std::string& body) {
    request_id_ = base::Guid::random().to_string();
    const std::string headers =
        "Content-Type: application/json; charset=utf-8\r\nScenario-Id: " + std::string(kScenario) +
        "\r\nClient-Request-Id: " + request_id_ +
        "\r\nSdkVersion: Graph-dotnet-1.17.0\r\nUser-Agent: SampleBot/1.0\r\n";
    ApiAnswer answer = api->request("POST", path, body, headers);
    EXPECT_EQ(answer.response.header("client-request-id"), request_id_) << path;
    EXPECT_EQ(answer.response.header("scenario-id"), kScenario) << path;
    return answer;
  }
  /// An action whose answer they do not read.
  void expect_accepted(const std::string& path, const std::string& body) {
    const ApiAnswer answer = post(path, body);
    EXPECT_EQ(answer.status(), 202) << answer.response.body;
    EXPECT_EQ(answer.response.body, "");
    EXPECT_EQ(answer.response.header("content-type"), "");
  }

  [[nodiscard]] std::string media_info(const std::string& resource = "") const {
    return R"({"@odata.type":"#microsoft.graph.mediaInfo","uri":")" + bot.url("/audio/speech.wav") + "\"" +
           (resource.empty() ? "" : R"(,"resourceId":")" + resource + "\"") + "}";
  }
  [[nodiscard]] std::string prompts(const std::string& resource = "") const {
    return R"("prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":)" + media_info(resource) +
           "}]";
  }

  /// A caller's phone has rung, the bot has answered as they all do; the id is taken from the notification.
  std::string answer_a_call() {
    phone.emplace(server->at().sip);
    phone->send_invite("ivr", phone->sdp());
    const auto offered = bot.wait_state("incoming");
    if (!offered) return "";
    EXPECT_EQ(offered->change(), "created");
    EXPECT_EQ(offered->data().at("direction").as_string(), "incoming");
    const std::string call = offered->text("id");
    expect_accepted("/" + call + "/microsoft.graph.answer",
                    R"({"@odata.type":"#microsoft.graph.callAnswerRequestBody","callbackUri":")" +
                        bot.url("/callback") + R"(","mediaConfig":{"@odata.type":)" +
                        R"("#microsoft.graph.serviceHostedMediaConfig","preFetchMedia":[)" +
                        media_info(kResource) + R"(]},"acceptedModalities":["audio"]})");
    EXPECT_TRUE(phone->wait_status(200, "INVITE"));
    phone->send_ack();
    return call;
  }

  /// What they all act on: audio has become active, and no key was pressed. The call's id as they read it.
  std::string wait_until_they_act() {
    const auto heard = bot.wait([](const Heard& h) {
      const auto* media = h.data().if_contains("mediaState");
      return h.change() == "updated" && h.type() == "#microsoft.graph.call" && media && media->is_object() &&
             media->at("audio").as_string() == "active" && !h.data().contains("toneInfo") &&
             (h.text("state") == "establishing" || h.text("state") == "established");
    });
    return heard ? heard->text("id") : "";
  }
  /// Each of these makes them play, record or hang up once more.
  [[nodiscard]] std::size_t times_they_act() const {
    const auto all = bot.heard();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const Heard& h) {
      return h.data().contains("mediaState") && !h.data().contains("toneInfo");
    }));
  }
  /// The end of a prompt, and the call that they take from its context.
  std::string wait_played() {
    const auto ended = bot.wait([](const Heard& h) {
      return h.change() == "deleted" && h.type() == "#microsoft.graph.playPromptOperation";
    });
    if (!ended) return "";
    EXPECT_EQ(ended->text("status"), "completed");
    EXPECT_EQ(ended->result(), std::pair(200, 0));
    return ended->text("clientContext");
  }

  static constexpr const char* kResource = "9a4d7b58-0a7a-4d6b-8a6f-5a0f2d7a7e06";

  TempDir dir;
  Bot bot;
  SipCallee ada;
  std::optional<LocalServer> server;
  std::optional<ApiClient> api;
  std::optional<SipPhone> phone;

 private:
  std::string request_id_;
};

TEST_F(SampleBot, simple_ivr_bot_answers_plays_listens_to_the_first_key_and_transfers) {
  const std::string offered = answer_a_call();
  const std::string call = wait_until_they_act();
  ASSERT_EQ(call, offered);

  const std::size_t before = phone->rtp().count();
  const auto play = post("/" + call + "/microsoft.graph.playPrompt",
                         R"({"@odata.type":"#microsoft.graph.callPlayPromptRequestBody","clientContext":")" +
                             call + "\"," + prompts(kResource) + "}");
  ASSERT_EQ(play.status(), 200) << play.response.body;
  EXPECT_EQ(text_of(play.json(), "/@odata.type"), "#microsoft.graph.playPromptOperation");
  EXPECT_TRUE(phone->rtp().wait_voiced_from(before, 20));
  ASSERT_EQ(wait_played(), call);

  const auto subscribe = post(
      "/" + call + "/microsoft.graph.subscribeToTone",
      R"({"@odata.type":"#microsoft.graph.callSubscribeToToneRequestBody","clientContext":")" + call + "\"}");
  ASSERT_EQ(subscribe.status(), 200) << subscribe.response.body;
  phone->rtp().press(phone->media(), 100, 8000, 1);
  const auto key = bot.wait([](const Heard& h) { return h.data().contains("toneInfo"); });
  ASSERT_TRUE(key);
  EXPECT_EQ(key->change(), "updated");
  EXPECT_EQ(key->text("id"), call);
  EXPECT_EQ(key->data().at("toneInfo").at("sequenceId").to_number<int>(), 1);
  EXPECT_EQ(key->data().at("toneInfo").at("tone").as_string(), "tone1");

  expect_accepted(
      "/" + call + "/microsoft.graph.transfer",
      R"({"@odata.type":"#microsoft.graph.callTransferRequestBody","transferTarget":{"@odata.type":)"
      R"("#microsoft.graph.invitationParticipantInfo","identity":{"@odata.type":)"
      R"("#microsoft.graph.identitySet","user":{"@odata.type":"#microsoft.graph.identity","id":")" +
          std::string(kAda) + R"("}}}})");
  const auto refer = phone->wait_request("REFER");
  ASSERT_TRUE(refer);
  EXPECT_EQ(refer->header("Refer-To"), "<" + ada.contact() + ">");
  phone->respond(*refer, 202, "Accepted");
  ASSERT_TRUE(bot.wait_state("transferAccepted"));
  phone->send_notify("terminated;reason=noresource", "SIP/2.0 200 OK");
  const auto ended = bot.wait_state("terminated");
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->change(), "deleted");
  EXPECT_EQ(ended->result(), std::pair(200, 7015));
  EXPECT_EQ(times_they_act(), 1u);
}

TEST_F(SampleBot, voice_recorder_records_downloads_plays_it_back_and_hangs_up) {
  answer_a_call();
  const std::string call = wait_until_they_act();
  ASSERT_FALSE(call.empty());
  phone->rtp().say(phone->media(), whistle_frame());

  const auto record =
      post("/" + call + "/microsoft.graph.recordResponse",
           R"({"@odata.type":"#microsoft.graph.callRecordResponseRequestBody",)"
           R"("bargeInAllowed":true,"clientContext":")" +
               call + "\"," + prompts() +
               R"(,"maxRecordDurationInSeconds":10,"initialSilenceTimeoutInSeconds":5,)"
               R"("maxSilenceTimeoutInSeconds":2,"playBeep":true,"stopTones":["#","1","*"]})");
  ASSERT_EQ(record.status(), 200) << record.response.body;
  // Prompt and beep are over when a caller who listens presses the key: it counts from there on.
  const auto beep_is_over = [](const std::vector<HeardPacket>& packets) {
    const auto voiced = std::count_if(packets.begin(), packets.end(), [](auto& p) { return p.voiced(); });
    return voiced >= 30 && !packets.back().voiced();
  };
  ASSERT_TRUE(phone->rtp().wait_for(beep_is_over));
  const std::size_t silent = phone->rtp().count();
  ASSERT_TRUE(phone->rtp().wait_for([&](const auto& packets) { return packets.size() >= silent + 50; }));
  phone->rtp().press(phone->media(), 100, 8000, 11);

  const auto ended = bot.wait([](const Heard& h) { return h.type() == "#microsoft.graph.recordOperation"; });
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->change(), "deleted");
  EXPECT_EQ(ended->text("status"), "completed");
  EXPECT_EQ(ended->result(), std::pair(200, 8514));
  EXPECT_EQ(ended->text("clientContext"), call);
  const std::string location = ended->text("recordingLocation");
  EXPECT_THAT(location, StartsWith("http://" + server->at().http.to_string() + "/"));
  const auto had = download(server->at().http, location, ended->text("recordingAccessToken"));
  ASSERT_EQ(had.status(), 200) << had.body;
  EXPECT_NEAR(Audio(had.body).hertz(), kWhistleHertz, 20);

  bot.serve("/audio/" + ended->text("id") + ".wav", had.body);
  const std::size_t before = phone->rtp().count();
  const auto play = post("/" + call + "/microsoft.graph.playPrompt",
                         R"({"clientContext":")" + call +
                             R"(","prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":)"
                             R"({"@odata.type":"#microsoft.graph.mediaInfo","uri":")" +
                             bot.url("/audio/" + ended->text("id") + ".wav") + R"("}}]})");
  ASSERT_EQ(play.status(), 200) << play.response.body;
  EXPECT_TRUE(phone->rtp().wait_voiced_from(before, 25));
  EXPECT_EQ(wait_played(), call);
  EXPECT_EQ(api->hang_up(call).status(), 204);
  EXPECT_TRUE(phone->wait_request("BYE"));
  const auto over = bot.wait_state("terminated");
  ASSERT_TRUE(over);
  EXPECT_EQ(over->result(), std::pair(200, 7000));
  EXPECT_EQ(times_they_act(), 1u);
}

TEST_F(SampleBot, reminder_bot_calls_plays_and_hangs_up) {
  const auto created = post(
      "", R"({"@odata.type":"#microsoft.graph.call","direction":"outgoing","subject":"Reminder",)"
          R"("callbackUri":")" +
              bot.url("/callback") +
              R"(","source":{"@odata.type":"#microsoft.graph.participantInfo","identity":{"@odata.type":)"
              R"("#microsoft.graph.identitySet","application":{"@odata.type":"#microsoft.graph.identity",)"
              R"("id":")" +
              kApplication +
              R"("}}},"targets":[{"@odata.type":"#microsoft.graph.invitationParticipantInfo",)"
              R"("identity":{"@odata.type":"#microsoft.graph.identitySet","user":{"@odata.type":)"
              R"("#microsoft.graph.identity","id":")" +
              kAda + R"("}}}],"requestedModalities":["audio"],"mediaConfig":{"@odata.type":)" +
              R"("#microsoft.graph.serviceHostedMediaConfig","preFetchMedia":[)" + media_info(kResource) +
              R"(]},"tenantId":")" + kTenant + R"("})");
  ASSERT_EQ(created.status(), 201) << created.response.body;
  EXPECT_EQ(created.text("state"), "establishing");
  // The SDK's own handlers read these of the created call.
  EXPECT_EQ(text_of(created.json(), "/targets/0/identity/user/id"), kAda);
  EXPECT_EQ(text_of(created.json(), "/source/identity/application/id"), kApplication);
  EXPECT_FALSE(created.text("myParticipantId").empty());
  EXPECT_EQ(created.text("callChainId"), kScenario);

  ASSERT_TRUE(ada.wait_invite());
  ada.answer();
  const std::string call = wait_until_they_act();
  ASSERT_EQ(call, created.id());
  const std::size_t before = ada.rtp().count();
  const auto play = post("/" + call + "/microsoft.graph.playPrompt",
                         R"({"clientContext":")" + call + "\"," + prompts(kResource) + "}");
  ASSERT_EQ(play.status(), 200) << play.response.body;
  EXPECT_TRUE(ada.rtp().wait_voiced_from(before, 20));
  EXPECT_EQ(wait_played(), call);
  EXPECT_EQ(api->hang_up(call).status(), 204);
  EXPECT_TRUE(ada.wait_request("BYE"));
  const auto ended = bot.wait_state("terminated");
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->result(), std::pair(200, 7000));
  EXPECT_EQ(times_they_act(), 1u);
  for (const Heard& heard : bot.heard()) EXPECT_EQ(heard.request.header("scenario-id"), kScenario);
}

TEST_F(SampleBot, group_call_bot_is_told_that_it_may_call_one_at_a_time) {
  const std::string user = R"({"identity":{"user":{"id":")" + std::string(kAda) + R"("}}})";
  const auto refused =
      post("", R"({"@odata.type":"#microsoft.graph.call","callbackUri":")" + bot.url("/callback") +
                   R"(","targets":[)" + user + "," + user + R"(],"requestedModalities":["audio"],)" +
                   R"("mediaConfig":)" + kMedia + R"(,"tenantId":")" + kTenant + R"("})");
  EXPECT_EQ(refused.status(), 400) << refused.response.body;
  EXPECT_TRUE(bot.heard().empty());
}

// ---- what newer serializers send, and a server that wants it as Graph does

/// The answer of a serializer that keeps references, writes types without `#`, and enum members as in C#.
std::string wrapped_answer(const Bot& bot) {
  return R"({"$id":"1","callbackUri":")" + bot.url() +
         R"(","acceptedModalities":{"$id":"2","$values":["Audio"]},"mediaConfig":{"$id":"3","preFetchMedia":)"
         R"({"$id":"4","$values":[]},"@odata.type":"microsoft.graph.serviceHostedMediaConfig"},)"
         R"("@odata.type":"microsoft.graph.callAnswerRequestBody"})";
}

class Strictness : public ::testing::TestWithParam<bool> {
 protected:
  Strictness() {
    auto settings = test_settings(bot, dir.path());
    settings.http.strict = GetParam();
    server.emplace(std::move(settings));
  }

  TempDir dir;
  Bot bot;
  std::optional<LocalServer> server;
};

TEST_P(Strictness, of_http_strict_decides_on_wrapped_lists_enums_in_any_case_and_types_without_their_sign) {
  const int status = GetParam() ? 400 : 200;
  SipPhone phone(server->at().sip);
  ApiClient api(server->at().http, token_for(server->at()));
  phone.send_invite("ivr", phone.sdp());
  const std::string call = bot.wait_incoming();
  EXPECT_EQ(api.request("POST", "/" + call + "/answer", wrapped_answer(bot)).status(),
            GetParam() ? 400 : 202);
  if (GetParam()) {
    ASSERT_EQ(api.answer(call, bot.url()).status(), 202);
  }
  ASSERT_TRUE(phone.wait_status(200, "INVITE"));
  phone.send_ack();
  ASSERT_TRUE(bot.wait_audio());
  const auto tones = [&](const char* body) {
    return api.request("POST", "/" + call + "/sendDtmfTones", body).status();
  };
  EXPECT_EQ(tones(R"({"tones":["Tone1"]})"), status);
  EXPECT_EQ(tones(R"({"tones":["tone1"]})"), 200);
  const auto play = [&](const std::string& type) {
    return api
        .request("POST", "/" + call + "/playPrompt",
                 R"({"prompts":[{)" + type + R"("mediaInfo":{"uri":")" + bot.url("/none.wav") + R"("}}]})")
        .status();
  };
  EXPECT_EQ(play(""), status);
  EXPECT_EQ(play(R"("@odata.type":"microsoft.graph.mediaPrompt",)"), status);
  EXPECT_EQ(play(R"("@odata.type":"#microsoft.graph.mediaPrompt",)"), 200);
  const auto status_of = [&](const char* spelling) {
    return api
        .request("POST", "/" + call + "/updateRecordingStatus",
                 std::string(R"({"status":")") + spelling + "\"}")
        .status();
  };
  EXPECT_EQ(status_of("NotRecording"), status);
  EXPECT_EQ(status_of("notRecording"), 200);
}

INSTANTIATE_TEST_SUITE_P(lenient_and_strict, Strictness, ::testing::Values(false, true));

TEST_F(SampleBot, a_member_of_beta_has_its_effect_on_beta_only) {
  answer_a_call();
  const std::string call = wait_until_they_act();
  ASSERT_FALSE(call.empty());
  ApiClient beta(server->at().http, api->token(), "/beta/communications/calls");
  const std::string body = R"({"loop":true,)" + prompts() + "}";
  const auto once = post("/" + call + "/playPrompt", body);
  ASSERT_EQ(once.status(), 200) << once.response.body;
  EXPECT_TRUE(bot.wait_operation_end(once.id())) << "v1.0 plays it once";
  const std::size_t before = phone->rtp().count();
  const auto for_ever = beta.request("POST", "/" + call + "/playPrompt", body);
  ASSERT_EQ(for_ever.status(), 200) << for_ever.response.body;
  EXPECT_TRUE(phone->rtp().wait_voiced_from(before, 45)) << "beta goes on past the prompt's 20 packets";
  EXPECT_EQ(beta.cancel(call).status(), 200);
  const auto ended = bot.wait_operation_end(for_ever.id());
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->result(), std::pair(400, 8508));
}

}  // namespace
}  // namespace tonearm::testing
