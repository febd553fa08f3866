#include "auth/issuer_documents.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "auth/auth_fixture_test.hpp"

namespace tonearm::auth {
namespace {

using boost::json::array;
using boost::json::object;

const std::string kOne = "00000000-0000-4000-8000-0000000000aa";
const std::string kTwo = "00000000-0000-4000-8000-0000000000bb";

std::string set_of(array keys) {
  return boost::json::serialize(object{{"keys", std::move(keys)}});
}

object changed(const char* member, boost::json::value value) {
  object jwk = test::key()->public_jwk();
  jwk[member] = std::move(value);
  return jwk;
}

TEST(IssuerName, is_the_address_that_was_configured_and_nothing_like_it) {
  const IssuerName name("https://login.example.com/realms/bots/");
  EXPECT_TRUE(name.accepts("https://login.example.com/realms/bots", kOne));
  EXPECT_TRUE(name.accepts("https://login.example.com/realms/bots/", kTwo));
  EXPECT_TRUE(name.is("https://login.example.com/realms/bots"));
  for (const char* iss : {"", "/", "https://login.example.com/realms",
                          "https://login.example.com/realms/bots2", "https://login.example.com/realms/bots/x",
                          "http://login.example.com/realms/bots", "https://login.example.com/common/v2.0"})
    EXPECT_FALSE(name.accepts(iss, kOne)) << iss;
}

TEST(IssuerName, with_a_tenant_in_it_is_for_that_tenant_only) {
  const IssuerName name("https://login.microsoftonline.com/" + kOne + "/v2.0");
  const std::string iss = "https://login.microsoftonline.com/" + kOne + "/v2.0";
  EXPECT_TRUE(name.accepts(iss, kOne));
  EXPECT_FALSE(name.accepts(iss, kTwo));
  EXPECT_FALSE(name.accepts(iss, ""));
  EXPECT_FALSE(name.accepts("https://login.microsoftonline.com/" + kTwo + "/v2.0", kTwo));
  EXPECT_FALSE(name.accepts("https://sts.windows.net/" + kOne + "/", kOne));
}

TEST(IssuerName, for_all_tenants_has_the_one_of_each_token) {
  const IssuerName name("https://login.microsoftonline.com/organizations/v2.0");
  EXPECT_TRUE(name.is("https://login.microsoftonline.com/{tenantid}/v2.0"));
  EXPECT_TRUE(name.accepts("https://login.microsoftonline.com/" + kOne + "/v2.0", kOne));
  EXPECT_FALSE(name.accepts("https://login.microsoftonline.com/" + kOne + "/v2.0", kTwo));
  EXPECT_FALSE(name.accepts("https://login.microsoftonline.com/{tenantid}/v2.0", "{tenantid}"));
  EXPECT_FALSE(IssuerName("https://idp.example.com/common/v2.0")
                   .accepts("https://idp.example.com/" + kOne + "/v2.0", kOne));
}

TEST(IssuerName, of_entras_first_version_is_another_host) {
  const IssuerName name("https://login.microsoftonline.com/" + kOne);
  EXPECT_TRUE(name.is("https://sts.windows.net/" + kOne + "/"));
  EXPECT_TRUE(name.accepts("https://sts.windows.net/" + kOne + "/", kOne));
  EXPECT_FALSE(name.accepts("https://sts.windows.net/" + kOne + "/", kTwo));
  EXPECT_FALSE(name.accepts("https://login.microsoftonline.com/" + kOne, kOne));
  const IssuerName any("https://login.microsoftonline.com/common");
  EXPECT_TRUE(any.is("https://sts.windows.net/{tenantid}/"));
  EXPECT_TRUE(any.accepts("https://sts.windows.net/" + kTwo + "/", kTwo));
}

TEST(IssuerDocuments, a_discovery_document_names_the_issuer_and_its_keys) {
  const auto document = parse_discovery(R"({"issuer":"https://i","jwks_uri":"https://i/keys","more":[1]})");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->issuer, "https://i");
  EXPECT_EQ(document->jwks_uri, "https://i/keys");
  for (const char* text :
       {"", "[]", "{", "null", R"({"issuer":"https://i"})", R"({"jwks_uri":"https://i"})",
        R"({"issuer":1,"jwks_uri":"https://i"})", R"({"issuer":"","jwks_uri":"https://i"})"})
    EXPECT_FALSE(parse_discovery(text)) << text;
}

TEST(IssuerDocuments, keys_that_are_no_rsa_keys_for_signatures_are_passed_over) {
  object curve{{"kty", "EC"}, {"crv", "P-256"}, {"kid", "c"}, {"x", "AA"}, {"y", "AA"}};
  const auto keys = parse_key_set(
      set_of({curve, "text", nullptr, changed("use", "enc"), changed("kid", 1), changed("n", "AQAB"),
              changed("n", "no base64!"), changed("n", "AAAAA"), changed("n", boost::json::string(2000, 'A')),
              changed("e", boost::json::string(20, 'A')), changed("e", "=="), changed("e", ""),
              changed("kid", "good")}));
  ASSERT_TRUE(keys) << keys.error().message();
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ((*keys)[0].key_id(), "good");
  object unused = test::key()->public_jwk();
  unused.erase("use");
  EXPECT_TRUE(parse_key_set(set_of({unused})));
}

TEST(IssuerDocuments, a_set_without_a_usable_key_is_none) {
  for (const std::string& text : {std::string(), std::string("{}"), std::string(R"({"keys":{}})"), set_of({}),
                                  set_of({changed("kty", "oct")})})
    EXPECT_FALSE(parse_key_set(text)) << text;
}

TEST(IssuerDocuments, a_hundred_keys_are_read_and_no_more) {
  array many;
  for (int i = 0; i < 150; ++i) many.push_back(changed("kid", boost::json::string(std::to_string(i))));
  EXPECT_EQ(parse_key_set(set_of(many))->size(), 100u);
}

}  // namespace
}  // namespace tonearm::auth
