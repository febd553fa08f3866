// RFC 7523 as Entra's clients use it: an application's certificate in place of a secret.

#include <map>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/pem.h>

#include "auth/auth_fixture_test.hpp"
#include "auth/detail/base64.hpp"
#include "auth/detail/certificate.hpp"
#include "base/private_file.hpp"

namespace tonearm::auth {
namespace {

using namespace std::chrono_literals;
using boost::json::array;
using boost::json::object;

const std::string kBase = "https://localhost:8443";
const std::string kAppId = "00000000-0000-4000-8000-000000000001";
const std::string kAppTenant = "00000000-0000-4000-8000-0000000000aa";
const std::string kEndpoint = kBase + "/" + kAppTenant + "/oauth2/v2.0/token";

/// The file of a key of the tests: what a bot has in a PEM file, key and certificate.
std::string pem_of(const std::string& name, base::WallTime made = test::kNow) {
  const auto path =
      std::filesystem::temp_directory_path() / ("assertion_" + std::to_string(getpid()) + "_" + name);
  static std::map<std::string, std::string> made_before;
  std::string& pem = made_before[name];
  if (!pem.empty()) return pem;
  EXPECT_TRUE(RsaKey::load_or_create(path, "Bot", made));
  pem = base::read_file(path).value();
  std::filesystem::remove(path);
  return pem;
}

/// Signs as OpenSSL does, with either algorithm.
std::string sign_with(const std::string& pem, const std::string& text, bool pss) {
  const detail::Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const detail::PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* options = nullptr;
  EVP_DigestSignInit(context, &options, EVP_sha256(), nullptr, key.get());
  if (pss) {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
  }
  std::string signature(1024, '\0');
  std::size_t length = signature.size();
  EXPECT_EQ(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &length,
                           reinterpret_cast<const unsigned char*>(text.data()), text.size()),
            1);
  EVP_MD_CTX_free(context);
  signature.resize(length);
  return signature;
}

std::string encoded(const std::string& text) {
  return detail::base64url({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

std::string assertion(const object& header, const object& claims, const std::string& pem = pem_of("bot")) {
  const std::string text =
      encoded(boost::json::serialize(header)) + "." + encoded(boost::json::serialize(claims));
  const bool pss = header.contains("alg") && header.at("alg") == "PS256";
  return text + "." + encoded(sign_with(pem, text, pss));
}

detail::Bytes der_of(const std::string& pem) {
  const detail::Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return detail::to_der(detail::Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)).get());
}

/// As msal-node writes it with a thumbprint of SHA-1,
object old_header(const std::string& pem = pem_of("bot")) {
  return {{"alg", "RS256"}, {"typ", "JWT"}, {"x5t", detail::thumbprint_sha1(der_of(pem))}};
}
/// and of SHA-256.
object new_header(const std::string& pem = pem_of("bot")) {
  return {{"alg", "PS256"}, {"typ", "JWT"}, {"x5t#S256", detail::thumbprint_sha256(der_of(pem))}};
}

object with_chain(object header, const std::string& pem = pem_of("bot")) {
  header["x5c"] = array{detail::base64(der_of(pem)), "an authority's"};
  return header;
}

object good_assertion() {
  static int count = 0;
  const auto now = base::WallClock::to_time_t(test::kNow);
  return {{"aud", kEndpoint}, {"iss", kAppId},    {"sub", kAppId},
          {"nbf", now},       {"exp", now + 600}, {"jti", "id-" + std::to_string(++count)}};
}

object changed(const char* claim, boost::json::value value) {
  object claims = good_assertion();
  claims[claim] = std::move(value);
  return claims;
}

object lacking(const char* claim) {
  object claims = good_assertion();
  claims.erase(claim);
  return claims;
}

class ClientAssertionTest : public ::testing::Test {
 protected:
  static Application bot() {
    Application bot = test::demo();
    bot.certificate = ClientCertificate::from_pem(pem_of("bot")).value();
    return bot;
  }
  TokenAnswer ask(const std::string& form, base::WallTime now = test::kNow,
                  const std::string& tenant = kAppTenant, bool v1 = false) {
    return issuer_.answer({tenant, v1, form + (v1 ? "&resource=https://graph.microsoft.com" : kScopeField),
                           "", kBase, "corr-1"},
                          now);
  }
  static std::string form(const std::string& assertion) {
    return "grant_type=client_credentials&client_id=" + kAppId +
           "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_"
           "assertion=" +
           assertion;
  }
  /// AADSTS number of the refusal, 0 if there was a token.
  static int code(const TokenAnswer& answer) {
    const auto body = test::json(answer.body);
    if (answer.status == 200) return 0;
    EXPECT_EQ(body.at("error").as_string(),
              answer.status == 401 ? "invalid_client" : body.at("error").as_string());
    EXPECT_TRUE(body.at("error_description").as_string().starts_with("AADSTS"));
    return static_cast<int>(body.at("error_codes").as_array().at(0).as_int64());
  }
  int code_of(const object& header, const object& claims, const std::string& pem = pem_of("bot"),
              base::WallTime now = test::kNow) {
    const auto answer = ask(form(assertion(header, claims, pem)), now);
    const int number = code(answer);
    EXPECT_EQ(answer.status, number == 0 ? 200 : 401) << answer.body;
    return number;
  }

  static constexpr const char* kScopeField = "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
  TokenIssuer issuer_{test::key(), {bot()}};
};

TEST_F(ClientAssertionTest, buys_a_token_that_the_verifier_takes) {
  const auto answer = ask(form(assertion(new_header(), good_assertion())));
  ASSERT_EQ(answer.status, 200) << answer.body;
  Verifier verifier({issuer_.trust()});
  const auto principal = verifier.verify(
      "Bearer " + std::string(test::json(answer.body).at("access_token").as_string()), test::kNow);
  ASSERT_TRUE(principal);
  EXPECT_EQ((*principal)->application, test::demo().id);
  EXPECT_EQ((*principal)->roles, test::demo().roles);
}

TEST_F(ClientAssertionTest, is_taken_as_every_client_writes_it) {
  object plain{{"alg", "RS256"}, {"typ", "JWT"}};
  for (const object& header : {old_header(), new_header(), with_chain(old_header()), with_chain(new_header()),
                               with_chain(plain), plain})
    EXPECT_EQ(code_of(header, good_assertion()), 0) << boost::json::serialize(header);
  for (const std::string& audience :
       {kEndpoint, kBase + "/" + kAppTenant + "/oauth2/token", kBase + "/" + kAppTenant + "/v2.0",
        std::string("https://LOCALHOST:8443/00000000-0000-4000-8000-0000000000AA/oauth2/v2.0/token")})
    EXPECT_EQ(code_of(old_header(), changed("aud", audience.c_str())), 0) << audience;
  EXPECT_EQ(code_of(old_header(), changed("aud", array{kEndpoint.c_str()})), 0);
  EXPECT_EQ(code_of(old_header(), lacking("nbf")), 0);
  const auto common = changed("aud", (kBase + "/common/oauth2/v2.0/token").c_str());
  EXPECT_EQ(ask(form(assertion(old_header(), common)), test::kNow, "common").status, 200);
  EXPECT_EQ(ask(form(assertion(old_header(), good_assertion())), test::kNow, kAppTenant, true).status, 200);
}

TEST_F(ClientAssertionTest, needs_no_client_id_beside_it) {
  std::string without = form(assertion(old_header(), good_assertion()));
  without.erase(without.find("&client_id="), std::string("&client_id=").size() + kAppId.size());
  EXPECT_EQ(ask(without).status, 200);
}

TEST_F(ClientAssertionTest, is_good_as_often_as_it_is_sent_while_it_lives) {
  const object claims = good_assertion();
  EXPECT_EQ(code_of(old_header(), claims), 0);
  EXPECT_EQ(code_of(old_header(), claims), 0);
  EXPECT_EQ(code_of(old_header(), claims, pem_of("bot"), test::kNow + 600s + 299s), 0);
  EXPECT_EQ(code_of(old_header(), claims, pem_of("bot"), test::kNow + 600s + 300s), 700024);
}

TEST_F(ClientAssertionTest, is_refused_for_each_wrong_claim_with_entras_number) {
  const auto at = [](std::chrono::seconds from_now) {
    return base::WallClock::to_time_t(test::kNow + from_now);
  };
  const std::string other = "00000000-0000-4000-8000-000000000002";
  for (const auto& [claims, number] : std::vector<std::pair<object, int>>{
           {changed("iss", other.c_str()), 700021},
           {changed("sub", other.c_str()), 700021},
           {lacking("iss"), 700021},
           {lacking("sub"), 700021},
           {changed("aud", "https://login.microsoftonline.com/x/oauth2/v2.0/token"), 700023},
           {changed("aud", (kBase + "/00000000-0000-4000-8000-0000000000bb/oauth2/v2.0/token").c_str()),
            700023},
           {changed("aud", kBase.c_str()), 700023},
           {changed("aud", array{kEndpoint.c_str(), "https://other.example.com"}), 700023},
           {lacking("aud"), 700023},
           {changed("exp", at(-300s)), 700024},
           {changed("exp", at(24h + 301s)), 700024},
           {lacking("exp"), 700024},
           {changed("nbf", at(301s)), 700024},
           {changed("iat", at(301s)), 700024},
           {lacking("jti"), 90014},
           {changed("jti", 7), 90014}})
    EXPECT_EQ(code_of(old_header(), claims), number) << boost::json::serialize(claims);
  EXPECT_EQ(code_of(old_header(), changed("exp", at(-299s))), 0);
  EXPECT_EQ(code_of(old_header(), changed("exp", at(24h))), 0);
}

TEST_F(ClientAssertionTest, of_another_key_or_naming_another_certificate_is_refused) {
  const std::string other = pem_of("other");
  EXPECT_EQ(code_of(old_header(), good_assertion(), other), 700027);
  EXPECT_EQ(code_of(old_header(other), good_assertion(), other), 700027);
  EXPECT_EQ(code_of(old_header(other), good_assertion()), 700027);
  EXPECT_EQ(code_of(with_chain(old_header(), other), good_assertion()), 700027);
  object two = old_header();
  two["x5t#S256"] = new_header(other).at("x5t#S256");
  EXPECT_EQ(code_of(two, good_assertion()), 700027);
  object empty_chain = old_header();
  empty_chain["x5c"] = array{};
  EXPECT_EQ(code_of(empty_chain, good_assertion()), 700027);
}

TEST_F(ClientAssertionTest, of_no_form_or_algorithm_that_counts_is_refused) {
  object none = old_header();
  none["alg"] = "none";
  object secret = old_header();
  secret["alg"] = "HS256";
  EXPECT_EQ(code_of(none, good_assertion()), 50027);
  EXPECT_EQ(code_of(secret, good_assertion()), 50027);
  for (const char* text : {"x", "a.b.c", "a.b"}) EXPECT_EQ(code(ask(form(text))), 50027) << text;
}

TEST_F(ClientAssertionTest, comes_with_its_type_and_without_a_secret) {
  const auto with_type = [&](const std::string& type) {
    return code(ask("grant_type=client_credentials&client_id=" + kAppId + type +
                    "&client_assertion=" + assertion(old_header(), good_assertion())));
  };
  EXPECT_EQ(with_type(""), 900144);
  EXPECT_EQ(with_type("&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
            90023);
  const auto both = ask(form(assertion(old_header(), good_assertion())) + "&client_secret=s3cret%2B%2F%3D");
  EXPECT_EQ(both.status, 400);
  EXPECT_EQ(code(both), 90023);
}

TEST_F(ClientAssertionTest, does_not_take_the_place_of_the_secret_where_both_are_configured) {
  EXPECT_EQ(
      ask("grant_type=client_credentials&client_id=" + kAppId + "&client_secret=s3cret%2B%2F%3D").status,
      200);
}

TEST_F(ClientAssertionTest, of_an_application_without_a_certificate_is_refused) {
  issuer_.set_applications({test::demo()});
  EXPECT_EQ(code_of(old_header(), good_assertion()), 700027);
  issuer_.set_applications({bot()});
  EXPECT_EQ(code_of(old_header(), good_assertion()), 0);
}

TEST_F(ClientAssertionTest, is_refused_when_its_certificate_has_run_out) {
  const auto later = test::kNow + std::chrono::days(3650);
  const auto claims_at = [](base::WallTime now) {
    object claims = changed("exp", base::WallClock::to_time_t(now + 60s));
    claims["nbf"] = base::WallClock::to_time_t(now);
    return claims;
  };
  EXPECT_EQ(code_of(old_header(), claims_at(later - 1s), pem_of("bot"), later - 1s), 0);
  EXPECT_EQ(code_of(old_header(), claims_at(later), pem_of("bot"), later), 700027);
}

TEST(ClientCertificate, is_the_first_in_a_file_that_may_hold_a_key_and_a_chain) {
  const auto chain = ClientCertificate::from_pem(pem_of("bot") + pem_of("other"));
  ASSERT_TRUE(chain);
  EXPECT_TRUE(chain->is_meant_by(new_header()));
  EXPECT_FALSE(chain->is_meant_by(new_header(pem_of("other"))));
  for (const char* text : {"", "secret", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    EXPECT_FALSE(ClientCertificate::from_pem(text)) << text;
}

}  // namespace
}  // namespace tonearm::auth
