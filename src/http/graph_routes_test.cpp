#include "http/graph_routes.hpp"

#include "http/api.hpp"
#include "http/http_fixture_test.hpp"

namespace tonearm::http {
namespace {

const std::string kCall = "57dab8b1-894c-409a-b240-bd8beae78896";
const std::string kOperation = "0fe0623f-d628-42ed-b4bd-8ac290072cc5";
const std::string kPlay =
    R"({"prompts":[{"mediaInfo":{"uri":"https://cdn.example.com/a.wav"}}],"clientContext":"c"})";
const std::string kAnswer = R"({"callbackUri":"https://bot.example.com/cb","acceptedModalities":["audio"],)"
                            R"("mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})";

class GraphRoutesTest : public ::testing::Test {
 protected:
  GraphRoutesTest() {
    auto snapshot = std::make_shared<call::CallSnapshot>();
    snapshot->id = call::CallId::parse(kCall).value();
    snapshot->owner.application = call::ApplicationId::parse(test::kBot).value();
    snapshot->owner.tenant = call::TenantId::parse(test::kTenant).value();
    snapshot->state = call::CallState::established;
    call::OperationView operation;
    operation.id = call::OperationId::parse(kOperation).value();
    snapshot->operations[operation.id] = operation;
    calls_.snapshots[snapshot->id] = snapshot;
  }

  std::string token(const char* bot = test::kBot, const char* tenant = test::kTenant,
                    std::vector<std::string> roles = {"Calls.Initiate.All", "Calls.AccessMedia.All"}) {
    // A fresh issuer, as one hands out the same token for a second whatever the roles.
    auth::TokenIssuer issuer(test::key(), {});
    return "Bearer " + issuer
                           .issue(test::application(bot, tenant, std::move(roles)), "https://localhost:8443",
                                  base::WallClock::now())
                           .value();
  }

  Request request(const std::string& method, const std::string& target, const std::string& body = "") {
    Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.has_body = !body.empty();
    request.authorization = token_;
    request.host = "localhost:8443";
    request.local = {"127.0.0.1", 8443};
    request.secure = true;
    request.id = "request-1";
    request.client_request_id = "client-1";
    request.scenario_id = "scenario-1";
    request.date = base::WallClock::now();
    request.received = base::SteadyClock::now();
    return request;
  }

  GraphOptions options() {
    GraphOptions options;
    options.refuse_changes = [this] { return storage_is_behind_; };
    options.recordings_full = [this] { return recordings_are_full_; };
    return options;
  }
  Response send(const std::string& method, const std::string& target, const std::string& body = "") {
    return test::answer_of(api_, request(method, target, body));
  }
  static std::string call_path(const std::string& rest = "",
                               const std::string& root = "/v1.0/communications") {
    return root + "/calls/" + kCall + rest;
  }
  /// A refusal did nothing.
  void expect_refused(const Response& response, int status, const std::string& code) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(test::error_code(response), code);
    EXPECT_TRUE(calls_.posted.empty());
  }

  test::FakeCalls calls_;
  auth::TokenIssuer tokens_{test::key(), {}};
  auth::NotificationSigner signer_{test::key(), "https://api.botframework.com"};
  auth::Verifier verifier_{{tokens_.trust()}};
  OwnAddresses addresses_{"https://calls.example.com", {}};
  IdentityRoutes identity_{tokens_, signer_, addresses_};
  test::FakeRecordings files_;
  RecordingRoutes recordings_{{files_, files_}};
  bool storage_is_behind_ = false;
  bool recordings_are_full_ = false;
  GraphRoutes graph_{{verifier_, calls_, addresses_}, options()};
  Api api_{identity_, recordings_, graph_};
  std::string token_ = token();
};

TEST_F(GraphRoutesTest, every_spelling_of_a_path_reaches_the_same_command) {
  for (const std::string root : {"/v1.0/communications", "/beta/communications", "/v1.0/app", "/beta/app",
                                 "/V1.0/Communications", "/v1.0//communications"}) {
    for (const std::string& path :
         {"/calls/" + kCall + "/cancelMediaProcessing",
          "/calls/" + kCall + "/microsoft.graph.cancelMediaProcessing",
          "/calls/" + kCall + "/CANCELMEDIAPROCESSING", "/calls('" + kCall + "')/cancelMediaProcessing",
          std::string("/calls/57DAB8B1894C409AB240BD8BEAE78896/cancelMediaProcessing"),
          "/calls//" + kCall + "//cancelMediaProcessing/"}) {
      calls_.posted.clear();
      calls_.reply = call::OperationView{};
      EXPECT_EQ(send("POST", root + path).status, 200) << root + path;
      ASSERT_EQ(calls_.posted.size(), 1u) << root + path;
      EXPECT_EQ(calls_.posted[0].call.to_string(), kCall);
      EXPECT_TRUE(std::holds_alternative<call::CancelCommand>(calls_.posted[0].command));
    }
  }
}

TEST_F(GraphRoutesTest, each_action_becomes_its_command_and_its_documented_status) {
  const struct {
    const char* method;
    std::string path;
    std::string body;
    std::size_t command;  // index in call::Command
    int status;
  } table[] = {
      {"POST", "/answer", kAnswer, call::Command(call::AnswerCommand{}).index(), 202},
      {"POST", "/reject", R"({"reason":"busy"})", call::Command(call::RejectCommand{}).index(), 202},
      {"POST", "/keepAlive", "", call::Command(call::KeepAliveCommand{}).index(), 200},
      {"DELETE", "", "", call::Command(call::DeleteCommand{}).index(), 204},
  };
  for (const auto& row : table) {
    calls_.posted.clear();
    const auto response = send(row.method, call_path(row.path), row.body);
    EXPECT_EQ(response.status, row.status) << row.path << response.body;
    // What claims to be JSON must not be empty; keepAlive is text, as the service has it.
    EXPECT_EQ(response.content_type, row.status == 200 ? "text/plain" : "") << row.path;
    EXPECT_EQ(response.body, "") << row.path;
    ASSERT_EQ(calls_.posted.size(), 1u) << row.path;
    EXPECT_EQ(calls_.posted[0].command.index(), row.command) << row.path;
  }
}

TEST_F(GraphRoutesTest, an_operation_is_answered_with_its_location_on_our_host) {
  call::OperationView operation;
  operation.id = call::OperationId::parse(kOperation).value();
  calls_.reply = operation;
  const auto response = send("POST", call_path("/playPrompt", "/beta/app"), kPlay);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(test::json(response).at("id").as_string(), kOperation);
  EXPECT_EQ(test::header(response, "Location"),
            "https://localhost:8443/beta/communications/calls/" + kCall + "/operations/" + kOperation);
}

TEST_F(GraphRoutesTest, the_command_carries_time_base_url_and_scenario) {
  Request asked = request("POST", call_path("/keepAlive"));
  asked.host = "evil.example.com";
  test::answer_of(api_, asked);
  ASSERT_EQ(calls_.posted.size(), 1u);
  EXPECT_EQ(calls_.posted[0].context.received, asked.received);
  EXPECT_EQ(calls_.posted[0].context.base_url, "https://calls.example.com/v1.0");
  EXPECT_EQ(calls_.posted[0].context.scenario_id, "scenario-1");
}

TEST_F(GraphRoutesTest, the_domain_hears_that_the_response_was_written) {
  const auto response = send("POST", call_path("/keepAlive"));
  EXPECT_TRUE(calls_.written.empty());
  response.on_written();
  ASSERT_EQ(calls_.written.size(), 1u);
  EXPECT_EQ(calls_.written[0], calls_.posted[0].context.request);
}

TEST_F(GraphRoutesTest, reads_come_from_the_snapshot_without_a_command) {
  EXPECT_EQ(test::json(send("GET", call_path())).at("id").as_string(), kCall);
  EXPECT_EQ(test::json(send("GET", call_path("/operations/" + kOperation))).at("id").as_string(), kOperation);
  EXPECT_TRUE(test::json(send("GET", call_path("/participants"))).at("value").as_array().empty());
  EXPECT_TRUE(test::json(send("GET", call_path("/audioRoutingGroups"))).at("value").as_array().empty());
  expect_refused(send("GET", call_path("/operations/" + kCall)), 404, "itemNotFound");
}

using Routes = std::vector<std::pair<std::string, std::string>>;

/// Everything below a call that takes a request, built or not.
Routes every_route() {
  Routes routes{{"GET", ""},
                {"DELETE", ""},
                {"GET", "/operations"},
                {"GET", "/operations/" + kOperation},
                {"GET", "/participants"},
                {"GET", "/participants/1"},
                {"DELETE", "/participants/1"},
                {"GET", "/audioRoutingGroups"},
                {"POST", "/audioRoutingGroups"},
                {"GET", "/audioRoutingGroups/1"},
                {"PATCH", "/audioRoutingGroups/1"},
                {"DELETE", "/audioRoutingGroups/1"},
                {"GET", "/contentSharingSessions"},
                {"GET", "/contentSharingSessions/1"}};
  for (const char* action :
       {"answer", "reject", "redirect", "transfer", "keepAlive", "playPrompt", "recordResponse",
        "subscribeToTone", "cancelMediaProcessing", "sendDtmfTones", "mute", "unmute",
        "updateRecordingStatus", "changeScreenSharingRole", "addLargeGalleryView", "participants/invite",
        "participants/1/mute", "participants/1/startHoldMusic", "participants/1/stopHoldMusic"})
    routes.emplace_back("POST", std::string("/") + action);
  return routes;
}

TEST_F(GraphRoutesTest, every_route_refuses_a_missing_and_a_bad_token) {
  for (const std::string authorization : {"", "Bearer nonsense", "Basic eDp5"}) {
    token_ = authorization;
    for (const auto& [method, path] : every_route()) {
      const auto response = send(method, call_path(path));
      expect_refused(response, 401, "InvalidAuthenticationToken");
      EXPECT_TRUE(test::header(response, "WWW-Authenticate").starts_with("Bearer "));
      EXPECT_EQ(test::json(response).at("error").at("innerError").at("client-request-id").as_string(),
                "client-1");
    }
  }
}

TEST_F(GraphRoutesTest, every_route_refuses_other_applications_with_404_and_other_tenants_with_403) {
  const std::string other_application = token(test::kOtherBot, test::kTenant);
  const std::string other_tenant = token(test::kBot, test::kOtherTenant);
  for (const auto& [method, path] : every_route()) {
    token_ = other_application;
    expect_refused(send(method, call_path(path)), 404, "8522");
    token_ = other_tenant;
    expect_refused(send(method, call_path(path)), 403, "7505");
  }
}

TEST_F(GraphRoutesTest, every_route_refuses_the_token_of_a_user) {
  for (const auto& [claim, value] : Routes{{"scp", "Calls.Initiate"}, {"idtyp", "user"}}) {
    const auto now = base::WallClock::to_time_t(base::WallClock::now());
    const boost::json::object claims{
        {"iss", std::string("https://localhost:8443/") + test::kTenant + "/v2.0"},
        {"aud", "https://graph.microsoft.com"},
        {"tid", test::kTenant},
        {"appid", test::kBot},
        {"roles", {"Calls.Initiate.All", "Calls.AccessMedia.All"}},
        {"exp", now + 3600},
        {claim, value}};
    token_ = "Bearer " + test::key()->sign(claims).value();
    for (const auto& [method, path] : every_route())
      expect_refused(send(method, call_path(path)), 403, "7504");
  }
}

TEST_F(GraphRoutesTest, what_a_call_between_two_never_has_cannot_be_deleted_and_the_call_goes_on) {
  for (const auto& [method, path] : Routes{{"GET", "/participants/1"},
                                           {"DELETE", "/participants/1"},
                                           {"GET", "/audioRoutingGroups/1"},
                                           {"PATCH", "/audioRoutingGroups/1"},
                                           {"DELETE", "/audioRoutingGroups/1"},
                                           {"GET", "/contentSharingSessions/1"}})
    expect_refused(send(method, call_path(path)), 404, "itemNotFound");
}

TEST_F(GraphRoutesTest, unknown_and_ended_calls_are_not_found) {
  expect_refused(send("POST", "/v1.0/communications/calls/" + kOperation + "/keepAlive"), 404, "8522");
  expect_refused(send("GET", "/v1.0/communications/calls/no-guid"), 404, "8522");
  auto gone = std::make_shared<call::CallSnapshot>(*calls_.snapshots.begin()->second);
  gone->gone = true;
  calls_.snapshots.begin()->second = gone;
  expect_refused(send("GET", call_path()), 404, "8522");
  expect_refused(send("POST", call_path("/cancelMediaProcessing")), 404, "8522");
}

TEST_F(GraphRoutesTest, roles_are_asked_for_where_the_rules_say_and_named_if_missing) {
  for (const auto& [path, role] : Routes{{call_path("/recordResponse"), "Calls.AccessMedia.All"},
                                         {call_path("/subscribeToTone"), "Calls.AccessMedia.All"},
                                         {call_path("/redirect"), "Calls.Initiate.All"},
                                         {call_path("/transfer"), "Calls.Initiate.All"},
                                         {"/v1.0/communications/calls", "Calls.Initiate.All"}}) {
    token_ = token(test::kBot, test::kTenant, {});
    const auto response = send("POST", path, "{}");
    expect_refused(response, 403, "7504");
    EXPECT_NE(response.body.find(role), std::string::npos) << path;
    token_ = token(test::kBot, test::kTenant, {role});
    EXPECT_NE(send("POST", path, "{}").status, 403) << path;
    calls_.posted.clear();
  }
}

TEST_F(GraphRoutesTest, a_token_without_roles_can_do_all_that_needs_ownership_only) {
  token_ = token(test::kBot, test::kTenant, {});
  EXPECT_EQ(send("POST", call_path("/answer"), kAnswer).status, 202);
  EXPECT_EQ(send("POST", call_path("/reject")).status, 202);
  EXPECT_EQ(send("POST", call_path("/keepAlive")).status, 200);
  EXPECT_EQ(send("GET", call_path()).status, 200);
  EXPECT_EQ(send("GET", call_path("/participants")).status, 200);
  EXPECT_EQ(send("GET", call_path("/operations/" + kOperation)).status, 200);
  EXPECT_EQ(send("DELETE", call_path()).status, 204);
  calls_.reply = call::OperationView{};
  EXPECT_EQ(send("POST", call_path("/cancelMediaProcessing")).status, 200);
  EXPECT_EQ(send("POST", call_path("/playPrompt"), kPlay).status, 200);
}

TEST_F(GraphRoutesTest, unknown_routes_and_wrong_methods_are_json_too) {
  expect_refused(send("GET", "/v1.0/users"), 404, "UnknownError");
  expect_refused(send("GET", "/"), 404, "UnknownError");
  expect_refused(send("POST", call_path("/doNothing")), 404, "UnknownError");
  const auto response = send("GET", call_path("/playPrompt"));
  expect_refused(response, 405, "notAllowed");
  EXPECT_EQ(test::header(response, "Allow"), "POST");
  EXPECT_EQ(test::header(send("PATCH", call_path()), "Allow"), "GET, DELETE");
}

TEST_F(GraphRoutesTest, every_route_refuses_the_methods_that_it_does_not_name_in_Allow) {
  Routes routes = every_route();
  routes.emplace_back("POST", "");
  for (const auto& [ignored, path] : routes) {
    const std::string allow = test::header(send("TRACE", call_path(path)), "Allow");
    ASSERT_FALSE(allow.empty()) << path;
    for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT"}) {
      if (allow.find(method) != std::string::npos) continue;
      const auto response = send(method, call_path(path));
      expect_refused(response, 405, "notAllowed");
      EXPECT_EQ(test::header(response, "Allow"), allow);
    }
  }
}

TEST_F(GraphRoutesTest, an_unknown_extension_is_400_on_every_action) {
  for (const char* path :
       {"/answer", "/reject", "/keepAlive", "/playPrompt", "/subscribeToTone", "/cancelMediaProcessing"}) {
    const auto response = send("POST", call_path(path), R"({"@tonearm.unknown":null})");
    expect_refused(response, 400, "BadRequest");
    EXPECT_NE(response.body.find("@tonearm.unknown"), std::string::npos);
  }
}

TEST_F(GraphRoutesTest, an_unknown_host_is_reflected_nowhere) {
  call::OperationView operation;
  operation.id = call::OperationId::parse(kOperation).value();
  calls_.reply = operation;
  for (const auto& [method, path] : Routes{{"POST", "/cancelMediaProcessing"},
                                           {"GET", ""},
                                           {"GET", "/operations"},
                                           {"GET", "/operations/" + kOperation},
                                           {"GET", "/participants"}}) {
    Request asked = request(method, call_path(path));
    asked.host = "evil.example.com";
    const auto response = test::answer_of(api_, asked);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body.find("evil"), std::string::npos) << response.body;
    const std::string location = test::header(response, "Location");
    EXPECT_TRUE(location.empty() || location.starts_with("https://calls.example.com/v1.0/")) << location;
  }
}

TEST_F(GraphRoutesTest, body_less_actions_take_empty_null_and_empty_objects) {
  for (const std::string body : {"", "null", "{}", " {} "}) {
    EXPECT_EQ(send("POST", call_path("/keepAlive"), body).status, 200) << body;
    calls_.reply = call::OperationView{};
    EXPECT_EQ(send("POST", call_path("/cancelMediaProcessing"), body).status, 200) << body;
    calls_.reply = call::Accepted{};
  }
}

TEST_F(GraphRoutesTest, broken_bodies_are_400_and_do_nothing) {
  for (const std::string body :
       {"[]", "1", "\"x\"", "{", "{]", R"({"a":1,"a":2})", "{\"a\":\"\xff\"}", "{}x"})
    expect_refused(send("POST", call_path("/cancelMediaProcessing"), body), 400, "BadRequest");
}

TEST_F(GraphRoutesTest, other_media_types_and_any_encoding_are_415_and_do_nothing) {
  for (const char* type : {"text/plain", "application/xml", "application/json; charset=utf-16"}) {
    Request asked = request("POST", call_path("/cancelMediaProcessing"), "{}");
    asked.content_type = type;
    expect_refused(test::answer_of(api_, asked), 415, "BadRequest");
  }
  Request encoded = request("POST", call_path("/cancelMediaProcessing"), "{}");
  encoded.content_encoding = "gzip";
  expect_refused(test::answer_of(api_, encoded), 415, "BadRequest");
  calls_.reply = call::OperationView{};
  Request plain = request("POST", call_path("/cancelMediaProcessing"), "{}");
  plain.content_type = "application/json; charset=UTF-8";
  EXPECT_EQ(test::answer_of(api_, plain).status, 200);
}

TEST_F(GraphRoutesTest, refusals_of_the_domain_keep_their_status) {
  using Kind = call::CommandFailure::Kind;
  const std::pair<Kind, int> table[] = {{Kind::call_not_found, 404}, {Kind::operation_not_found, 404},
                                        {Kind::bad_request, 400},    {Kind::too_many_requests, 429},
                                        {Kind::storage_full, 507},   {Kind::unavailable, 503},
                                        {Kind::internal, 500}};
  for (const auto& [kind, status] : table) {
    calls_.reply = call::CommandFailure{kind, "Because."};
    const auto response = send("POST", call_path("/keepAlive"));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(test::header(response, "Retry-After").empty(), status != 429 && status != 503);
    EXPECT_TRUE(response.on_written);
  }
}

TEST_F(GraphRoutesTest, a_store_that_is_behind_stops_changes_but_neither_cancel_nor_delete) {
  storage_is_behind_ = true;
  expect_refused(send("POST", call_path("/playPrompt"), kPlay), 503, "serviceNotAvailable");
  EXPECT_EQ(send("GET", call_path()).status, 200);
  EXPECT_EQ(send("DELETE", call_path()).status, 204);
  calls_.reply = call::OperationView{};
  EXPECT_EQ(send("POST", call_path("/cancelMediaProcessing")).status, 200);
}

TEST_F(GraphRoutesTest, without_room_for_recordings_records_are_refused_and_all_else_goes_on) {
  recordings_are_full_ = true;
  expect_refused(send("POST", call_path("/recordResponse"), "{}"), 507, "serviceNotAvailable");
  expect_refused(send("POST", call_path("/record", "/beta/communications"), "{}"), 507,
                 "serviceNotAvailable");
  calls_.reply = call::OperationView{};
  EXPECT_EQ(send("POST", call_path("/playPrompt"), kPlay).status, 200);
  EXPECT_EQ(send("POST", call_path("/cancelMediaProcessing")).status, 200);
}

TEST_F(GraphRoutesTest, a_record_is_posted_as_one_under_both_of_its_names) {
  calls_.reply = call::OperationView{};
  EXPECT_EQ(send("POST", call_path("/recordResponse"), R"({"stopTones":["#"]})").status, 200);
  EXPECT_EQ(send("POST", call_path("/record", "/beta/communications"), "{}").status, 200);
  ASSERT_EQ(calls_.posted.size(), 2u);
  for (const auto& posted : calls_.posted)
    EXPECT_TRUE(std::holds_alternative<call::RecordCommand>(posted.command));
  EXPECT_EQ(send("POST", call_path("/record"), "{}").status, 404) << "v1.0 has no such action";
}

TEST_F(GraphRoutesTest, recordings_lie_beside_the_api_and_take_no_token_of_it) {
  const auto response = send("GET", "/tonearm/recordings/" + kOperation);
  EXPECT_EQ(response.status, 404);
  call::OfferedRecording row;
  row.expires = base::WallClock::now() + std::chrono::hours(1);
  files_.rows[call::OperationId::parse(kOperation).value()] = row;
  expect_refused(send("GET", "/tonearm/recordings/" + kOperation), 401, "InvalidAuthenticationToken");
}

TEST_F(GraphRoutesTest, what_is_not_built_yet_says_so) {
  expect_refused(send("POST", call_path("/participants/invite"), "{}"), 400, "notSupported");
}

TEST_F(GraphRoutesTest, too_many_requests_of_an_application_are_429_but_what_stops_something_is_done) {
  graph_.set_requests_per_second(2);
  EXPECT_EQ(send("GET", call_path()).status, 200);
  EXPECT_EQ(send("GET", call_path()).status, 200);
  const auto response = send("GET", call_path());
  expect_refused(response, 429, "TooManyRequests");
  EXPECT_EQ(test::header(response, "Retry-After"), "1");
  calls_.reply = call::OperationView{};
  EXPECT_EQ(send("POST", call_path("/cancelMediaProcessing"), "{}").status, 200);
  calls_.reply = call::Accepted{};
  EXPECT_EQ(send("DELETE", call_path()).status, 204);
  token_ = token(test::kOtherBot);
  EXPECT_EQ(send("GET", call_path()).status, 404);  // has a second of its own
}

TEST_F(GraphRoutesTest, what_group_calls_alone_have_says_so) {
  const auto response = send("POST", call_path("/mute"), "{}");
  expect_refused(response, 400, "notSupported");
  EXPECT_NE(response.body.find("Only group calls"), std::string::npos);
}

TEST_F(GraphRoutesTest, collections_are_counted_for_their_owner) {
  EXPECT_EQ(send("GET", "/v1.0/communications/calls/$count").body, "1");
  EXPECT_EQ(send("GET", call_path("/operations/$count")).body, "1");
  EXPECT_EQ(send("GET", call_path("/participants/$count")).body, "0");
  EXPECT_EQ(send("GET", call_path("/participants/$count")).content_type, "text/plain");
  expect_refused(send("POST", call_path("/operations/$count"), "{}"), 405, "notAllowed");
}

const std::string kQuality = R"({"quality":{"callChainId":"0622673d-9f69-49b3-9d4f-5ec64f42ecce",
  "participantId":"ea078406-b5d4-4d3c-b85e-90103dcec7f6","mediaLegId":"bd9ee398-4b9d-42c7-8b8d-4e8efad9435f",
  "deviceName":"TestAgent","deviceDescription":"Contoso room","mediaQualityList":[
  {"@odata.type":"#microsoft.graph.teleconferenceDeviceAudioQuality","channelIndex":1}]}})";

TEST_F(GraphRoutesTest, a_devices_quality_is_taken_if_it_is_whole) {
  const std::string path = "/v1.0/communications/calls/logTeleconferenceDeviceQuality";
  const auto response = send("POST", path, kQuality);
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body.empty());
  expect_refused(send("POST", path, "{}"), 400, "BadRequest");
  for (const std::string part : {"callChainId", "mediaLegId", "deviceName", "mediaQualityList",
                                 "channelIndex", "teleconferenceDeviceAudioQuality"}) {
    std::string broken = kQuality;
    broken.replace(broken.find(part), part.size(), "somethingElse");
    expect_refused(send("POST", path, broken), 400, "BadRequest");
  }
}

}  // namespace
}  // namespace tonearm::http
