#include "auth/token_issuer.hpp"

#include "auth/auth_fixture_test.hpp"
#include "auth/detail/base64.hpp"
#include "auth/discovery.hpp"

namespace tonearm::auth {
namespace {

using namespace std::chrono_literals;

const std::string kTenant = "00000000-0000-4000-8000-0000000000aa";
const std::string kClient = "client_id=00000000-0000-4000-8000-000000000001";
const std::string kSecret = "&client_secret=s3cret%2B%2F%3D";
const std::string kScope = "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
const std::string kGrant = "&grant_type=client_credentials";

class TokenIssuerTest : public ::testing::Test {
 protected:
  TokenAnswer ask(const std::string& form, const std::string& tenant = kTenant, bool v1 = false,
                  const std::string& authorization = "") {
    return issuer_.answer({tenant, v1, form, authorization, "https://localhost:8443", "corr-1"}, test::kNow);
  }
  void expect_error(const TokenAnswer& answer, int status, const char* error, int code) {
    EXPECT_EQ(answer.status, status) << answer.body;
    const auto body = test::json(answer.body);
    EXPECT_EQ(body.at("error").as_string(), error);
    EXPECT_EQ(body.at("error_codes").as_array().at(0).as_int64(), code);
    EXPECT_TRUE(body.at("error_description").as_string().starts_with("AADSTS" + std::to_string(code) + ":"));
    EXPECT_EQ(body.at("correlation_id").as_string(), "corr-1");
  }

  TokenIssuer issuer_{test::key(), {test::demo()}};
};

TEST_F(TokenIssuerTest, a_secret_buys_a_token_that_the_verifier_takes) {
  const auto answer = ask(kClient + kSecret + kScope + kGrant);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto body = test::json(answer.body);
  EXPECT_EQ(body.at("token_type").as_string(), "Bearer");
  EXPECT_EQ(body.at("expires_in").as_int64(), 3599);
  Verifier verifier({issuer_.trust()});
  const auto principal =
      verifier.verify("Bearer " + std::string(body.at("access_token").as_string()), test::kNow + 3598s);
  ASSERT_TRUE(principal) << principal.error().message();
  EXPECT_EQ((*principal)->application, test::demo().id);
  EXPECT_EQ((*principal)->tenant, test::demo().tenant);
  EXPECT_EQ((*principal)->roles, test::demo().roles);
}

TEST_F(TokenIssuerTest, a_new_secret_counts_at_once_and_the_old_one_no_more) {
  const std::string old_form = kClient + kSecret + kScope + kGrant;
  ASSERT_EQ(ask(old_form).status, 200);
  Application changed = test::demo();
  changed.secret = base::Secret("another");
  changed.roles = {"Calls.AccessMedia.All"};
  issuer_.set_applications({changed});
  expect_error(ask(old_form), 401, "invalid_client", 7000215);
  const auto answer = ask(kClient + "&client_secret=another" + kScope + kGrant);
  ASSERT_EQ(answer.status, 200) << answer.body;
  Verifier verifier({issuer_.trust()});
  const auto principal = verifier.verify(
      "Bearer " + std::string(test::json(answer.body).at("access_token").as_string()), test::kNow);
  ASSERT_TRUE(principal);
  EXPECT_EQ((*principal)->roles, changed.roles);  // not the token remembered from this second
}

TEST_F(TokenIssuerTest, the_tenant_of_an_application_that_is_gone_is_refused) {
  issuer_.set_applications({});
  EXPECT_FALSE(issuer_.accepts_tenant(kTenant));
}

std::string basic(const std::string& secret, const std::string& scheme = "Basic ") {
  const std::string text = "00000000-0000-4000-8000-000000000001:" + secret;
  return scheme + detail::base64({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

TEST_F(TokenIssuerTest, the_secret_may_come_as_basic_credentials) {
  const auto status = [&](const std::string& header) {
    return ask(kScope + kGrant, kTenant, false, header).status;
  };
  EXPECT_EQ(status(basic("s3cret%2B%2F%3D")), 200);  // as RFC 6749 has it
  EXPECT_EQ(status(basic("s3cret+/=")), 200);        // as curl sends it
  EXPECT_EQ(status(basic("s3cret+/=", "bAsIc ")), 200);
  EXPECT_EQ(status(basic("s3cret /=")), 401);
  EXPECT_EQ(status(basic("")), 401);
  expect_error(ask(kScope + kGrant, kTenant, false, "Basic !!!"), 400, "invalid_request", 900144);
}

TEST_F(TokenIssuerTest, every_spelling_of_the_scope_is_taken) {
  for (const char* scope : {"https://graph.microsoft.com/.default", "https://graph.microsoft.com//.default",
                            "00000003-0000-0000-c000-000000000000/.default"})
    EXPECT_EQ(ask(kClient + kSecret + kGrant + "&scope=" + scope).status, 200) << scope;
}

TEST_F(TokenIssuerTest, the_first_version_takes_a_resource_and_answers_with_strings) {
  const auto answer =
      ask(kClient + kSecret + kGrant + "&resource=https://graph.microsoft.com/", kTenant, true);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto body = test::json(answer.body);
  EXPECT_EQ(body.at("expires_in").as_string(), "3599");
  EXPECT_EQ(body.at("expires_on").as_string(), "1700003599");
  expect_error(ask(kClient + kSecret + kGrant + "&resource=https://x.example.com", kTenant, true), 400,
               "invalid_resource", 500011);
}

TEST_F(TokenIssuerTest, common_means_the_tenant_of_the_application) {
  const std::string form = kClient + kSecret + kScope + kGrant;
  EXPECT_EQ(ask(form, "common").status, 200);
  EXPECT_EQ(ask(form, "organizations").status, 200);
  expect_error(ask(form, "00000000-0000-4000-8000-0000000000bb"), 400, "invalid_request", 90002);
  expect_error(ask(form, "contoso.example.com"), 400, "invalid_request", 90002);
}

TEST_F(TokenIssuerTest, refusals_carry_the_numbers_that_clients_know) {
  expect_error(ask(kClient + "&client_secret=wrong" + kScope + kGrant), 401, "invalid_client", 7000215);
  expect_error(ask(kClient + kScope + kGrant), 401, "invalid_client", 7000216);
  expect_error(ask(kSecret + kScope + kGrant), 400, "invalid_request", 900144);
  expect_error(ask("client_id=00000000-0000-4000-8000-000000000009" + kSecret + kScope + kGrant), 400,
               "unauthorized_client", 700016);
  expect_error(ask(kClient + kSecret + kScope), 400, "invalid_request", 900144);
  expect_error(ask(kClient + kSecret + kScope + "&grant_type=password"), 400, "unsupported_grant_type",
               70003);
  expect_error(ask(kClient + kSecret + kGrant + "&scope=User.Read"), 400, "invalid_scope", 70011);
  expect_error(ask(kClient + kSecret + kGrant), 400, "invalid_request", 900144);
  expect_error(ask(""), 400, "invalid_request", 900144);
  expect_error(ask(std::string("\0%zz=&&=", 8)), 400, "invalid_request", 900144);
}

TEST_F(TokenIssuerTest, wrong_secrets_from_one_address_are_slowed_down_and_from_others_not) {
  const std::string right = kClient + kSecret + kScope + kGrant;
  const std::string wrong = kClient + "&client_secret=wrong" + kScope + kGrant;
  base::TimePoint now{24h};
  const auto from = [&](const std::string& source, const std::string& form) {
    return issuer_.answer({kTenant, false, form, "", "https://localhost:8443", "corr-1", source, now},
                          test::kNow);
  };
  for (int i = 0; i < 21; ++i) expect_error(from("192.0.2.1", wrong), 401, "invalid_client", 7000215);
  const auto held = from("192.0.2.1", wrong);
  expect_error(held, 429, "temporarily_unavailable", 50196);
  EXPECT_EQ(held.retry_after, 1s);
  expect_error(from("192.0.2.1", right), 429, "temporarily_unavailable", 50196);  // no oracle
  EXPECT_EQ(from("192.0.2.2", right).status, 200);
  now += 1s;
  expect_error(from("192.0.2.1", wrong), 401, "invalid_client", 7000215);
  EXPECT_EQ(from("192.0.2.1", right).retry_after, 2s);
  now += 2s;
  EXPECT_EQ(from("192.0.2.1", right).status, 200);
  expect_error(from("192.0.2.1", wrong), 401, "invalid_client", 7000215);  // forgiven
}

TEST_F(TokenIssuerTest, in_ipv6_a_guesser_is_a_network) {
  const std::string wrong = kClient + "&client_secret=wrong" + kScope + kGrant;
  int status = 401;
  for (int i = 0; i < 22; ++i) {
    const std::string source = "2001:db8::" + std::to_string(i + 1);
    status =
        issuer_.answer({kTenant, false, wrong, "", "https://x", "", source, base::TimePoint{24h}}, test::kNow)
            .status;
  }
  EXPECT_EQ(status, 429);
}

TEST_F(TokenIssuerTest, an_application_without_a_secret_gets_no_token) {
  Application open = test::demo();
  open.secret = {};
  TokenIssuer issuer(test::key(), {open});
  const auto answer = issuer.answer(
      {kTenant, false, kClient + "&client_secret=" + kScope + kGrant, "", "https://x", "corr-1"}, test::kNow);
  EXPECT_EQ(answer.status, 401);
}

TEST_F(TokenIssuerTest, no_answer_repeats_the_secret) {
  EXPECT_EQ(ask(kClient + "&client_secret=hunter2" + kScope + kGrant).body.find("hunter2"),
            std::string::npos);
}

TEST(Discovery, the_tenant_document_has_what_identity_libraries_require) {
  const auto v2 = test::json(openid_configuration("https://localhost:8443", kTenant, false));
  EXPECT_EQ(v2.at("issuer").as_string(), "https://localhost:8443/" + kTenant + "/v2.0");
  EXPECT_EQ(v2.at("token_endpoint").as_string(), "https://localhost:8443/" + kTenant + "/oauth2/v2.0/token");
  EXPECT_EQ(v2.at("jwks_uri").as_string(), "https://localhost:8443/" + kTenant + "/discovery/v2.0/keys");
  EXPECT_TRUE(v2.contains("authorization_endpoint"));
  const auto v1 = test::json(openid_configuration("https://localhost:8443", kTenant, true));
  EXPECT_EQ(v1.at("token_endpoint").as_string(), "https://localhost:8443/" + kTenant + "/oauth2/token");
  const auto common = test::json(openid_configuration("https://localhost:8443", "common", false));
  EXPECT_EQ(common.at("issuer").as_string(), "https://localhost:8443/{tenantid}/v2.0");
}

TEST(Discovery, the_instance_document_names_the_tenant_that_was_asked_for) {
  const auto body = test::json(instance_discovery(
      "https://localhost:8443", "api-version=1.1&authorization_endpoint=https%3A%2F%2Flocalhost%3A8443%2F" +
                                    kTenant + "%2Foauth2%2Fv2.0%2Fauthorize"));
  EXPECT_EQ(body.at("tenant_discovery_endpoint").as_string(),
            "https://localhost:8443/" + kTenant + "/v2.0/.well-known/openid-configuration");
  EXPECT_EQ(body.at("metadata").as_array().at(0).at("preferred_network").as_string(), "localhost:8443");
}

}  // namespace
}  // namespace tonearm::auth
