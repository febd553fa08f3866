// The whole surface of the metadata over the wire: what this server does not do, and what is empty in a call
// between two. api/conformance.toml names these tests.

#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"
#include "sip_callee.hpp"

namespace tonearm::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kAda = "00000000-0000-4000-8000-000000000101";
constexpr const char* kAccount = "00000000-0000-4000-8000-000000000201";

struct Ask {
  const char* method;
  const char* path;  // below the call
};

/// A call that is up, and a client for each version.
class Surface : public ::testing::Test {
 protected:
  Surface() {
    auto settings = test_settings(bot, dir.path());
    add_user(settings, kAda, ada.contact());
    server.emplace(std::move(settings));
    call.emplace(server->at(), bot);
    for (const char* version : {"/v1.0", "/beta"})
      versions.emplace_back(server->at().http, call->api.token(),
                            std::string(version) + "/communications/calls");
  }

  ApiAnswer ask(ApiClient& api, const Ask& what, const std::string& below_call = "") {
    const bool has_body = std::string_view(what.method) == "POST" || std::string_view(what.method) == "PATCH";
    return api.request(what.method, below_call + what.path, has_body ? std::optional("{}") : std::nullopt);
  }
  void expect_refused(ApiClient& api, const Ask& what, int status, const char* code, const char* says = "") {
    const ApiAnswer answer = ask(api, what, "/" + call->id);
    ASSERT_EQ(answer.status(), status) << what.method << " " << what.path << ": " << answer.response.body;
    EXPECT_EQ(answer.json().at("error").at("code").as_string(), code) << what.path;
    EXPECT_THAT(answer.response.body, HasSubstr(says)) << what.path;
  }
  ApiClient& v1_0() { return versions[0]; }
  ApiClient& beta() { return versions[1]; }

  TempDir dir;
  Bot bot;
  SipCallee ada;
  std::optional<LocalServer> server;
  std::optional<LiveCall> call;
  std::vector<ApiClient> versions;
};

TEST_F(Surface, what_only_group_calls_have_is_400_notSupported_and_the_call_goes_on) {
  const Ask both[] = {{"POST", "/mute"},
                      {"POST", "/unmute"},
                      {"POST", "/changeScreenSharingRole"},
                      {"POST", "/addLargeGalleryView"},
                      {"POST", "/participants/p1/mute"},
                      {"POST", "/participants/p1/startHoldMusic"},
                      {"POST", "/participants/p1/stopHoldMusic"},
                      {"POST", "/audioRoutingGroups"}};
  // On v1.0 the last two name a participant, who takes no POST.
  const std::pair<Ask, int> beta_only[] = {{{"POST", "/startRecording"}, 404},
                                           {{"POST", "/stopRecording"}, 404},
                                           {{"POST", "/startTranscription"}, 404},
                                           {{"POST", "/stopTranscription"}, 404},
                                           {{"POST", "/participants/p1/admitFromLobby"}, 404},
                                           {{"POST", "/participants/p1/removeFromLobby"}, 404},
                                           {{"POST", "/participants/muteAll"}, 405},
                                           {{"POST", "/participants/admitAllFromLobby"}, 405}};
  for (ApiClient& api : versions)
    for (const Ask& what : both) expect_refused(api, what, 400, "notSupported", "Only group calls");
  for (const auto& [what, v1_0_status] : beta_only) {
    expect_refused(beta(), what, 400, "notSupported", "Only group calls");
    expect_refused(v1_0(), what, v1_0_status, v1_0_status == 404 ? "UnknownError" : "notAllowed");
  }
  EXPECT_EQ(v1_0().get("/" + call->id).text("state"), "established");
}

TEST_F(Surface, what_is_not_built_is_400_notSupported_and_the_call_goes_on) {
  for (ApiClient& api : versions) expect_refused(api, {"POST", "/participants/invite"}, 400, "notSupported");
  EXPECT_EQ(v1_0().get("/" + call->id).text("state"), "established");
}

TEST_F(Surface, what_is_on_no_page_is_405_with_the_methods_that_are) {
  const std::pair<Ask, const char*> below[] = {{{"PATCH", ""}, "GET, DELETE"},
                                               {{"POST", "/operations"}, "GET"},
                                               {{"PATCH", "/operations/1"}, "GET"},
                                               {{"DELETE", "/operations/1"}, "GET"},
                                               {{"POST", "/participants"}, "GET"},
                                               {{"PATCH", "/participants/p1"}, "GET, DELETE"},
                                               {{"POST", "/contentSharingSessions"}, "GET"},
                                               {{"PATCH", "/contentSharingSessions/1"}, "GET"},
                                               {{"DELETE", "/contentSharingSessions/1"}, "GET"}};
  for (ApiClient& api : versions) {
    for (const auto& [what, allow] : below) {
      expect_refused(api, what, 405, "notAllowed");
      EXPECT_EQ(ask(api, what, "/" + call->id).response.header("allow"), allow) << what.path;
    }
    const ApiAnswer list = ask(api, {"GET", ""});
    EXPECT_EQ(list.status(), 405);
    EXPECT_EQ(list.response.header("allow"), "POST");
  }
}

TEST_F(Surface, what_a_call_between_two_never_has_is_404_itemNotFound) {
  for (ApiClient& api : versions) {
    for (const Ask& what :
         {Ask{"GET", "/participants/p1"}, Ask{"DELETE", "/participants/p1"},
          Ask{"GET", "/audioRoutingGroups/g1"}, Ask{"PATCH", "/audioRoutingGroups/g1"},
          Ask{"DELETE", "/audioRoutingGroups/g1"}, Ask{"GET", "/contentSharingSessions/s1"}})
      expect_refused(api, what, 404, "itemNotFound");
  }
}

TEST_F(Surface, its_collections_are_empty_but_for_the_operations_and_all_are_counted) {
  bot.serve("/long.wav", tone_wav(440, 20.0));
  const auto play = call->api.play(call->id, bot.url("/long.wav"));
  ASSERT_EQ(play.status(), 200);
  for (ApiClient& api : versions) {
    for (const std::string collection : {"participants", "audioRoutingGroups", "contentSharingSessions"}) {
      const auto list = api.get("/" + call->id + "/" + collection);
      EXPECT_TRUE(list.json().at("value").as_array().empty()) << collection;
      EXPECT_EQ(api.get("/" + call->id + "/" + collection + "/$count").response.body, "0") << collection;
    }
    const auto operations = api.get("/" + call->id + "/operations");
    EXPECT_EQ(operations.json().at("value").at(0).at("id").as_string(), play.id());
    EXPECT_EQ(api.get("/" + call->id + "/operations/$count").response.body, "1");
    EXPECT_EQ(api.get("/" + call->id + "/operations/" + play.id()).text("status"), "running");
    EXPECT_EQ(api.get("/$count").response.body, "1");
  }
}

TEST_F(Surface, an_operation_is_answered_with_a_Location_of_its_own_id_and_can_be_read_there) {
  bot.serve("/long.wav", tone_wav(440, 20.0));
  const std::string prompt = R"("prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":)"
                             R"({"@odata.type":"#microsoft.graph.mediaInfo","uri":")" +
                             bot.url("/long.wav") + R"("}}])";
  const std::tuple<const char*, std::string, const char*> actions[] = {
      {"playPrompt", "{" + prompt + "}", "running"},
      {"recordResponse", "{" + prompt + "}", "running"},
      {"subscribeToTone", "{}", "completed"},
      {"sendDtmfTones", R"({"tones":["tone1","tone2"],"delayBetweenTonesMs":10000})", "running"},
      {"updateRecordingStatus", R"({"status":"recording"})", "completed"},
      {"cancelMediaProcessing", "{}", "completed"}};
  const std::string root = "http://" + server->at().http.to_string();
  for (const std::string version : {"/v1.0", "/beta"}) {
    ApiClient api(server->at().http, call->api.token(), version + "/communications/calls");
    for (const auto& [action, body, status] : actions) {
      const auto answer = api.request("POST", "/" + call->id + "/" + action, body);
      ASSERT_EQ(answer.status(), 200) << action << ": " << answer.response.body;
      EXPECT_EQ(answer.text("status"), status) << action;
      const std::string path = "/" + call->id + "/operations/" + answer.id();
      EXPECT_EQ(answer.response.header("location"), root + version + "/communications/calls" + path)
          << action;
      EXPECT_EQ(api.get(path).id(), answer.id()) << action;
    }
  }
}

TEST_F(Surface, a_recording_status_is_completed_at_once_and_can_be_read) {
  for (ApiClient& api : versions) {
    const auto told = api.request("POST", "/" + call->id + "/updateRecordingStatus",
                                  R"({"status":"recording","clientContext":"c"})");
    ASSERT_EQ(told.status(), 200) << told.response.body;
    EXPECT_EQ(told.text("@odata.type"), "#microsoft.graph.updateRecordingStatusOperation");
    EXPECT_EQ(told.text("status"), "completed");
    EXPECT_EQ(told.text("clientContext"), "c");
    EXPECT_EQ(api.get("/" + call->id + "/operations/" + told.id()).text("status"), "completed");
  }
}

TEST_F(Surface, the_quality_of_a_device_is_taken_without_an_answer) {
  const std::string quality =
      R"({"quality":{"@odata.type":"#microsoft.graph.teleconferenceDeviceQuality",)"
      R"("callChainId":"0622673d-9f69-49b3-9d4f-5ec64f42ecce","participantId":)"
      R"("ea078406-b5d4-4d3c-b85e-90103dcec7f6","mediaLegId":"bd9ee398-4b9d-42c7-8b8d-4e8efad9435f",)"
      R"("deviceName":"TestAgent","deviceDescription":"Contoso room","mediaQualityList":[{"@odata.type":)"
      R"("#microsoft.graph.teleconferenceDeviceAudioQuality","channelIndex":1,"mediaDuration":"PT20M"}]}})";
  for (ApiClient& api : versions) {
    const auto taken = api.request("POST", "/logTeleconferenceDeviceQuality", quality);
    EXPECT_EQ(taken.status(), 200) << taken.response.body;
    EXPECT_EQ(taken.response.body, "");
    EXPECT_EQ(api.request("POST", "/logTeleconferenceDeviceQuality", "{}").status(), 400);
  }
}

TEST_F(Surface, a_call_of_a_resource_account_on_beta_says_what_v1_0_has_no_member_for) {
  const auto created = beta().request(
      "POST", "",
      R"({"callbackUri":")" + bot.url() + R"(","ringingTimeoutInSeconds":20,"source":{"identity":)" +
          R"({"applicationInstance":{"id":")" + kAccount + R"("}}},"targets":[{"identity":{"user":{"id":")" +
          kAda + R"("}}}],"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})");
  ASSERT_EQ(created.status(), 201) << created.response.body;
  const auto body = created.json();
  EXPECT_EQ(body.at("source").at("identity").at("applicationInstance").at("id").as_string(), kAccount);
  EXPECT_EQ(body.at("ringingTimeoutInSeconds").to_number<int>(), 20);
  ASSERT_TRUE(ada.wait_invite());
  ada.answer();
  ASSERT_TRUE(bot.wait(
      [&](const Heard& h) { return h.text("id") == created.id() && h.data().contains("mediaState"); }));
  EXPECT_EQ(beta().get("/" + created.id()).json().at("activeModalities").at(0).as_string(), "audio");
}

}  // namespace
}  // namespace tonearm::testing
