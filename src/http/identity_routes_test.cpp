#include "http/identity_routes.hpp"

#include "http/admin.hpp"
#include "http/http_fixture_test.hpp"

namespace tonearm::http {
namespace {

class IdentityRoutesTest : public ::testing::Test {
 protected:
  Request request(const std::string& method, const std::string& target, const std::string& body = "") {
    Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.host = "localhost:8443";
    request.local = {"127.0.0.1", 8443};
    request.secure = true;
    request.date = base::WallClock::now();
    return request;
  }
  std::optional<Response> ask(const std::string& method, const std::string& target,
                              const std::string& body = "") {
    return routes_.handle(request(method, target, body));
  }

  auth::TokenIssuer tokens_{test::key(),
                            {test::application(test::kBot, test::kTenant, {"Calls.Initiate.All"})}};
  auth::NotificationSigner signer_{test::key(), "https://api.botframework.com"};
  OwnAddresses addresses_{"http://calls.example.com", {}, "https://calls.example.com:8443"};
  IdentityRoutes routes_{tokens_, signer_, addresses_};
};

const std::string kForm =
    std::string("client_id=") + test::kBot +
    "&client_secret=secret&grant_type=client_credentials&scope=https://graph.microsoft.com/.default";

TEST_F(IdentityRoutesTest, both_token_paths_issue_tokens_that_are_not_to_be_cached) {
  for (const std::string path :
       {"/oauth2/v2.0/token", "/oauth2/token", "/OAuth2/v2.0/Token?client-request-id=1"}) {
    for (const std::string& tenant : {std::string("/") + test::kTenant, std::string("/common")}) {
      const auto response = ask("POST", tenant + path, kForm);
      ASSERT_TRUE(response) << tenant + path;
      EXPECT_EQ(response->status, 200) << response->body;
      EXPECT_EQ(test::header(*response, "Cache-Control"), "no-store");
    }
  }
}

TEST_F(IdentityRoutesTest, refusals_are_entras_and_wrong_methods_are_405) {
  const auto response = ask("POST", "/contoso.example.com/oauth2/v2.0/token?client-request-id=abc", kForm);
  EXPECT_EQ(response->status, 400);
  EXPECT_EQ(test::json(*response).at("error_codes").at(0).as_int64(), 90002);
  EXPECT_EQ(test::json(*response).at("correlation_id").as_string(), "abc");
  const auto wrong = ask("GET", std::string("/") + test::kTenant + "/oauth2/v2.0/token");
  EXPECT_EQ(wrong->status, 405);
  EXPECT_EQ(test::header(*wrong, "Allow"), "POST");
}

TEST_F(IdentityRoutesTest, discovery_leads_from_the_host_asked_to_the_keys) {
  const auto document =
      ask("GET", std::string("/") + test::kTenant + "/v2.0/.well-known/openid-configuration");
  ASSERT_TRUE(document);
  const std::string keys = test::json(*document).at("jwks_uri").as_string().c_str();
  EXPECT_TRUE(keys.starts_with("https://localhost:8443/")) << keys;
  const auto jwks = ask("GET", keys.substr(std::string("https://localhost:8443").size()));
  ASSERT_TRUE(jwks);
  EXPECT_EQ(test::json(*jwks).at("keys").at(0).at("kid").as_string(), test::key()->key_id());
  EXPECT_EQ(ask("GET", "/contoso.example.com/v2.0/.well-known/openid-configuration")->status, 400);
}

TEST_F(IdentityRoutesTest, a_plain_request_is_led_to_the_https_listener) {
  Request plain = request("GET", std::string("/") + test::kTenant + "/v2.0/.well-known/openid-configuration");
  plain.secure = false;
  plain.host = "calls.example.com";
  const auto issuer = test::json(*routes_.handle(plain)).at("issuer").as_string();
  EXPECT_EQ(issuer, "https://calls.example.com:8443/" + std::string(test::kTenant) + "/v2.0");
}

TEST_F(IdentityRoutesTest, bots_find_the_notification_keys_in_any_case_of_the_path) {
  for (const char* path : {"/v1/.well-known/OpenIdConfiguration", "/v1/.well-known/openidconfiguration"}) {
    const auto document = ask("GET", path);
    ASSERT_TRUE(document) << path;
    EXPECT_EQ(test::json(*document).at("issuer").as_string(), "https://api.botframework.com");
    EXPECT_EQ(test::json(*document).at("jwks_uri").as_string(), "https://localhost:8443/v1/keys");
  }
  EXPECT_TRUE(test::json(*ask("GET", "/v1/keys")).at("keys").at(0).as_object().contains("x5c"));
  EXPECT_TRUE(ask("GET", "/common/discovery/instance?api-version=1.1"));
  EXPECT_FALSE(ask("GET", "/v1.0/communications/calls"));
}

TEST(OwnAddresses, only_our_own_names_are_reflected) {
  const OwnAddresses addresses("http://calls.example.com", {"graph.microsoft.com"});
  Request request;
  request.local = {"127.0.0.1", 8443};
  request.secure = true;
  const std::pair<const char*, const char*> table[] = {
      {"localhost:8443", "https://localhost:8443"},
      {"LocalHost:8443", "https://localhost:8443"},
      {"127.0.0.1:8443", "https://127.0.0.1:8443"},
      {"graph.microsoft.com", "https://graph.microsoft.com"},
      {"graph.microsoft.com:8443", "https://graph.microsoft.com:8443"},
      {"calls.example.com", "http://calls.example.com"},  // public_url's own scheme
      {"localhost", "http://calls.example.com"},          // another port
      {"localhost:1", "http://calls.example.com"},
      {"evil.example.com", "http://calls.example.com"},
      {"", "http://calls.example.com"},
      {"]:[", "http://calls.example.com"},
  };
  for (const auto& [host, expected] : table) {
    request.host = host;
    EXPECT_EQ(addresses.base_url(request), expected) << host;
  }
  request.local = {"::1", 8443};
  request.host = "[::1]:8443";
  EXPECT_EQ(addresses.base_url(request), "https://[::1]:8443");
  request.local = {"192.0.2.1", 443};
  request.host = "192.0.2.1";
  EXPECT_EQ(addresses.base_url(request), "https://192.0.2.1");
  request.host = "localhost";
  EXPECT_EQ(addresses.base_url(request), "http://calls.example.com");
}

class AdminTest : public ::testing::Test {
 protected:
  Response get(const std::string& target, const std::string& authorization = "Bearer t0ken",
               const std::string& origin = "", const std::string& host = "localhost:8081") {
    Request request = test::admin_request("GET", target, authorization);
    request.origin = origin;
    request.host = host;
    return test::answer_of(admin_, request);
  }
  AdminSources sources() {
    return {[this] { return ready_; },
            [] { return std::string("tonearm_calls 0\n"); },
            [] { return std::string(R"({"calls":[]})"); },
            [](call::CallId id) -> std::optional<std::string> {
              if (id.to_string() != test::kBot) return std::nullopt;
              return "INVITE sip:ada@example.com SIP/2.0\r\n";
            },
            [this](RecordsAsked asked, const std::function<void(std::string)>& done) {
              asked_ = asked;
              if (records_readable_) done(R"({"records":[]})");
            },
            {},
            {}};
  }

  bool ready_ = true;
  bool records_readable_ = true;
  std::optional<RecordsAsked> asked_;
  Admin admin_{{base::Secret("t0ken"), false}, sources()};
};

TEST_F(AdminTest, health_needs_no_token) {
  EXPECT_EQ(get("/tonearm/health/live", "").status, 200);
  EXPECT_EQ(get("/tonearm/health/ready", "").status, 200);
  ready_ = false;
  EXPECT_EQ(get("/tonearm/health/ready", "").status, 503);
  EXPECT_EQ(get("/tonearm/health/live", "", "", "10.0.0.7:8081").status, 200);
}

TEST_F(AdminTest, everything_else_wants_the_token) {
  for (const char* path : {"/tonearm/metrics", "/tonearm/calls", "/tonearm/records", "/tonearm/nothing"}) {
    EXPECT_EQ(get(path, "").status, 401) << path;
    EXPECT_EQ(get(path, "Bearer wrong").status, 401) << path;
  }
  EXPECT_EQ(get("/tonearm/metrics").body, "tonearm_calls 0\n");
  EXPECT_EQ(get("/tonearm/calls").body, R"({"calls":[]})");
  EXPECT_EQ(get("/tonearm/nothing").status, 404);
}

TEST_F(AdminTest, the_messages_of_a_call_are_text) {
  const auto found = get(std::string("/tonearm/calls/") + test::kBot + "/sip");
  EXPECT_EQ(found.status, 200);
  EXPECT_TRUE(found.body.starts_with("INVITE "));
  EXPECT_EQ(get("/tonearm/calls/none/sip").status, 404);
}

TEST_F(AdminTest, records_are_asked_for_by_page) {
  EXPECT_EQ(get("/tonearm/records").body, R"({"records":[]})");
  EXPECT_EQ(asked_->after, 0u);
  EXPECT_EQ(asked_->most, 100u);
  EXPECT_EQ(get("/tonearm/records?limit=1000&after=41").status, 200);
  EXPECT_EQ(asked_->after, 41u);
  EXPECT_EQ(asked_->most, 1000u);
}

TEST_F(AdminTest, a_page_of_records_that_makes_no_sense_is_400) {
  for (const char* query : {"?after=-1", "?after=x", "?after=", "?after=1x", "?limit=0", "?limit=1001",
                            "?after=9223372036854775808", "?after=99999999999999999999"}) {
    EXPECT_EQ(get(std::string("/tonearm/records") + query).status, 400) << query;
  }
  EXPECT_FALSE(asked_);
}

TEST_F(AdminTest, records_that_cannot_be_read_are_500) {
  records_readable_ = false;
  EXPECT_EQ(get("/tonearm/records").status, 500);
}

TEST_F(AdminTest, foreign_hosts_and_pages_are_kept_out) {
  EXPECT_EQ(get("/tonearm/calls", "Bearer t0ken", "", "evil.example.com").status, 403);
  EXPECT_EQ(get("/tonearm/calls", "Bearer t0ken", "https://evil.example.com").status, 403);
  EXPECT_EQ(get("/tonearm/calls", "Bearer t0ken", "null").status, 403);
  EXPECT_EQ(get("/tonearm/calls", "Bearer t0ken", "http://localhost:8081").status, 200);
}

TEST_F(AdminTest, development_mode_opens_it_on_loopback_only) {
  Admin open({base::Secret(), true}, sources());
  Request request;
  request.method = "GET";
  request.target = "/tonearm/calls";
  request.host = "127.0.0.1:8081";
  request.local = {"127.0.0.1", 8081};
  EXPECT_EQ(test::answer_of(open, request).status, 200);
  request.local = {"192.0.2.1", 8081};
  request.host = "192.0.2.1:8081";
  EXPECT_EQ(test::answer_of(open, request).status, 401);
}

}  // namespace
}  // namespace tonearm::http
