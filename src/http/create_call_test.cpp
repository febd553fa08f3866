// POST /communications/calls, between the wire and the domain.

#include "http/api.hpp"
#include "http/http_fixture_test.hpp"

namespace tonearm::http {
namespace {

const std::string kCall = "57dab8b1-894c-409a-b240-bd8beae78896";
const std::string kAda = "00000000-0000-4000-8000-000000000101";
const std::string kBody =
    R"({"@odata.type":"#microsoft.graph.call","callbackUri":"https://bot.example.com/cb",)"
    R"("targets":[{"identity":{"user":{"id":"00000000-0000-4000-8000-000000000101","displayName":"Ada"}}}],)"
    R"("requestedModalities":["audio"],)"
    R"("mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}})";

class CreateCallTest : public ::testing::Test {
 protected:
  CreateCallTest() {
    auto snapshot = std::make_shared<call::CallSnapshot>();
    snapshot->id = call::CallId::parse(kCall).value();
    snapshot->state = call::CallState::establishing;
    snapshot->direction = call::CallDirection::outgoing;
    snapshot->targets = {{call::Party::Kind::user, kAda, "Ada", ""}};
    calls_.create_reply = call::SnapshotPtr(snapshot);
  }

  static std::string token(const char* tenant = test::kTenant,
                           std::vector<std::string> roles = {"Calls.Initiate.All"}) {
    auth::TokenIssuer issuer(test::key(), {});
    return "Bearer " + issuer
                           .issue(test::application(test::kBot, tenant, std::move(roles)),
                                  "https://localhost:8443", base::WallClock::now())
                           .value();
  }

  Response post(const std::string& body = kBody, const std::string& root = "/v1.0/communications") {
    Request request;
    request.method = "POST";
    request.target = root + "/calls";
    request.body = body;
    request.has_body = true;
    request.content_type = "application/json";
    request.authorization = token_;
    request.host = "localhost:8443";
    request.local = {"127.0.0.1", 8443};
    request.secure = true;
    request.id = "request-1";
    request.scenario_id = "scenario-1";
    request.date = base::WallClock::now();
    request.received = base::SteadyClock::now();
    return test::answer_of(api_, request);
  }
  /// A refusal placed no call.
  void expect_refused(const Response& response, int status, const std::string& code) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(test::error_code(response), code);
    EXPECT_TRUE(calls_.created.empty());
  }

  test::FakeCalls calls_;
  auth::TokenIssuer tokens_{test::key(), {}};
  auth::NotificationSigner signer_{test::key(), "https://api.botframework.com"};
  auth::Verifier verifier_{{tokens_.trust()}};
  OwnAddresses addresses_{"https://calls.example.com", {}};
  IdentityRoutes identity_{tokens_, signer_, addresses_};
  bool storage_is_behind_ = false;
  GraphRoutes graph_{{verifier_, calls_, addresses_}, {{}, {}, [this] { return storage_is_behind_; }}};
  test::FakeRecordings files_;
  RecordingRoutes recordings_{{files_, files_}};
  Api api_{identity_, recordings_, graph_};
  std::string token_ = token();
};

TEST_F(CreateCallTest, is_201_with_the_call_and_its_location_under_every_version_and_root) {
  for (const std::string version : {"v1.0", "beta"}) {
    for (const std::string root : {"communications", "app"}) {
      std::string path = "/";
      path.append(version).append("/").append(root);
      const auto response = post(kBody, path);
      EXPECT_EQ(response.status, 201) << response.body;
      EXPECT_EQ(response.content_type, "application/json");
      std::string base = "https://localhost:8443/";
      base.append(version);
      EXPECT_EQ(test::header(response, "Location"), base + "/communications/calls/" + kCall);
      const auto body = test::json(response);
      EXPECT_EQ(body.at("@odata.context").as_string(), base + "/$metadata#app/calls/$entity");
      EXPECT_EQ(body.at("id").as_string(), kCall);
      EXPECT_EQ(body.at("state").as_string(), "establishing");
      EXPECT_EQ(body.at("targets").at(0).at("identity").at("user").at("id").as_string(), kAda);
    }
  }
}

TEST_F(CreateCallTest, the_order_names_the_tokens_application_and_what_the_body_says) {
  post();
  ASSERT_EQ(calls_.created.size(), 1u);
  const call::CreateCall& order = calls_.created[0];
  EXPECT_EQ(order.application.to_string(), test::kBot);
  EXPECT_EQ(order.tenant.to_string(), test::kTenant);
  EXPECT_EQ(order.target.id, kAda);
  EXPECT_EQ(order.callback_uri, "https://bot.example.com/cb");
}

TEST_F(CreateCallTest, notifications_wait_until_the_201_is_written) {
  const auto response = post();
  EXPECT_TRUE(calls_.written.empty());
  ASSERT_TRUE(response.on_written);
  response.on_written();
  ASSERT_EQ(calls_.written.size(), 1u);
}

TEST_F(CreateCallTest, wants_its_role_and_names_it) {
  token_ = token(test::kTenant, {"Calls.AccessMedia.All"});
  const auto response = post();
  expect_refused(response, 403, "7504");
  EXPECT_NE(response.body.find("Calls.Initiate.All"), std::string::npos);
}

TEST_F(CreateCallTest, wants_a_token) {
  token_ = "Bearer nonsense";
  expect_refused(post(), 401, "InvalidAuthenticationToken");
}

TEST_F(CreateCallTest, a_tenant_of_the_body_must_be_the_tokens) {
  std::string body = kBody;
  body.insert(1, std::string(R"("tenantId":")") + test::kOtherTenant + "\",");
  expect_refused(post(body), 403, "7505");
  token_ = token(test::kOtherTenant);
  EXPECT_EQ(post(body).status, 201);
}

TEST_F(CreateCallTest, bodies_that_break_a_rule_place_no_call) {
  for (const std::string body : {"", "{}", "[]", "{", R"({"targets":[]})"}) {
    expect_refused(post(body), 400, "BadRequest");
  }
}

TEST_F(CreateCallTest, what_the_domain_refuses_keeps_its_status) {
  using Kind = call::CommandFailure::Kind;
  const struct {
    Kind kind;
    int status;
    const char* code;
  } table[] = {{Kind::forbidden, 403, "7504"},
               {Kind::not_registered, 403, "7503"},
               {Kind::bad_request, 400, "BadRequest"},
               {Kind::too_many_requests, 429, "TooManyRequests"},
               {Kind::unavailable, 503, "serviceNotAvailable"},
               {Kind::internal, 500, "generalException"}};
  for (const auto& [kind, status, code] : table) {
    calls_.create_reply = call::CommandFailure{kind, "Because."};
    const auto response = post();
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(test::error_code(response), code);
    EXPECT_EQ(test::header(response, "Retry-After").empty(), status != 429 && status != 503);
    EXPECT_EQ(test::header(response, "Location"), "");
  }
}

TEST_F(CreateCallTest, a_store_that_is_behind_takes_no_call) {
  storage_is_behind_ = true;
  expect_refused(post(), 503, "serviceNotAvailable");
}

}  // namespace
}  // namespace tonearm::http
