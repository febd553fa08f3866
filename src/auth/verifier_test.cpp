#include "auth/verifier.hpp"

#include <boost/json/serialize.hpp>

#include "auth/auth_fixture_test.hpp"
#include "auth/detail/base64.hpp"
#include "auth/errc.hpp"

namespace tonearm::auth {
namespace {

using namespace std::chrono_literals;
using boost::json::object;

class VerifierTest : public ::testing::Test {
 protected:
  static object good_claims() {
    const auto now = base::WallClock::to_time_t(test::kNow);
    return {{"iss", "https://localhost:8443/00000000-0000-4000-8000-0000000000aa/v2.0"},
            {"aud", "https://graph.microsoft.com"},
            {"tid", "00000000-0000-4000-8000-0000000000aa"},
            {"appid", "00000000-0000-4000-8000-000000000001"},
            {"idtyp", "app"},
            {"roles", {"Calls.Initiate.All", "Calls.AccessMedia.All"}},
            {"nbf", now},
            {"exp", now + 3600}};
  }
  static object with(const char* name, boost::json::value value) {
    object claims = good_claims();
    claims[name] = std::move(value);
    return claims;
  }
  static object without(const char* name) {
    object claims = good_claims();
    claims.erase(name);
    return claims;
  }

  base::Result<PrincipalPtr> verify(const object& claims, base::WallTime now = test::kNow) {
    return verifier_.verify("Bearer " + test::key()->sign(claims).value(), now);
  }
  std::string refusal(const object& claims, base::WallTime now = test::kNow) {
    const auto result = verify(claims, now);
    return result ? "accepted" : result.error().context;
  }

  Verifier verifier_{{TokenIssuer(test::key(), {}).trust()}};
};

TEST_F(VerifierTest, a_good_token_names_application_tenant_and_roles) {
  const auto principal = verify(good_claims());
  ASSERT_TRUE(principal) << principal.error().message();
  EXPECT_EQ((*principal)->application.to_string(), "00000000-0000-4000-8000-000000000001");
  EXPECT_EQ((*principal)->tenant.to_string(), "00000000-0000-4000-8000-0000000000aa");
  EXPECT_TRUE((*principal)->has_role("Calls.AccessMedia.All"));
  EXPECT_FALSE((*principal)->has_role("Calls.JoinGroupCalls.All"));
}

TEST_F(VerifierTest, azp_stands_for_appid_and_roles_may_be_missing) {
  object claims = without("roles");
  claims.erase("appid");
  claims["azp"] = "00000000-0000-4000-8000-000000000002";
  const auto principal = verify(claims);
  ASSERT_TRUE(principal);
  EXPECT_EQ((*principal)->application.to_string(), "00000000-0000-4000-8000-000000000002");
  EXPECT_TRUE((*principal)->roles.empty());
}

TEST_F(VerifierTest, wrong_or_missing_claims_are_refused_each_with_its_reason) {
  EXPECT_EQ(refusal(with("iss", "https://evil.example.com/other/v2.0")), "its issuer is wrong");
  EXPECT_EQ(refusal(with("aud", "https://other.example.com")), "it is for another audience");
  EXPECT_EQ(refusal(without("aud")), "it is for another audience");
  EXPECT_EQ(refusal(without("exp")), "it has no expiry");
  EXPECT_EQ(refusal(with("exp", "soon")), "it has no expiry");
  EXPECT_EQ(refusal(without("tid")), "its issuer is wrong");
  EXPECT_EQ(refusal(without("appid")), "it names no application and tenant");
}

TEST_F(VerifierTest, expiry_and_begin_are_judged_with_five_minutes_of_skew) {
  EXPECT_EQ(refusal(good_claims(), test::kNow + 3600s + 299s), "accepted");
  EXPECT_EQ(refusal(good_claims(), test::kNow + 3600s + 300s), "it has expired");
  EXPECT_EQ(refusal(with("nbf", base::WallClock::to_time_t(test::kNow + 300s))), "accepted");
  EXPECT_EQ(refusal(with("nbf", base::WallClock::to_time_t(test::kNow + 301s))), "it is not valid yet");
}

TEST_F(VerifierTest, what_is_no_base64_is_refused_and_ends_nothing) {
  const std::string good = test::key()->sign(good_claims()).value();
  const std::string head = good.substr(0, good.find('.'));
  const std::string claims = good.substr(head.size() + 1, good.rfind('.') - head.size() - 1);
  const std::string signature = good.substr(good.rfind('.') + 1);
  for (const std::string& token :
       {head + "." + claims + ".AAAAA", head + ".AAAAA." + signature, "AAAAA." + claims + "." + signature,
        head + "." + claims + "." + signature + "=", head + "." + claims + ".A", head + "." + claims + ".",
        head + ".." + signature, head + "." + claims, good + "." + signature, std::string("."),
        std::string(".."), head + "." + claims + ".AA\xff" + "A", "=" + good,
        head + "." + claims + ".AA=A"}) {
    const auto result = verifier_.verify("Bearer " + token, test::kNow);
    ASSERT_FALSE(result) << token;
    EXPECT_EQ(result.error().context, "it is no signed JWT") << token;
  }
}

TEST_F(VerifierTest, times_beyond_the_end_of_the_clock_are_as_good_as_never) {
  for (const std::int64_t seconds : {9'223'372'037LL, 253'402'300'800LL, 9'223'372'036'854'775'807LL}) {
    EXPECT_EQ(refusal(with("exp", seconds)), "accepted") << seconds;
    EXPECT_EQ(refusal(with("nbf", seconds)), "it is not valid yet") << seconds;
  }
  EXPECT_EQ(refusal(with("exp", -1)), "it has no expiry");
}

TEST_F(VerifierTest, a_remembered_token_still_expires) {
  const std::string header = "Bearer " + test::key()->sign(good_claims()).value();
  EXPECT_TRUE(verifier_.verify(header, test::kNow));
  EXPECT_TRUE(verifier_.verify(header, test::kNow + 10s));
  EXPECT_FALSE(verifier_.verify(header, test::kNow + 2h));
}

TEST_F(VerifierTest, tokens_of_users_are_told_apart_from_bad_ones) {
  for (const auto& claims : {with("scp", "Calls.Read"), with("idtyp", "user"), with("idtyp", nullptr)}) {
    const auto result = verify(claims);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, AuthErrc::delegated_token);
  }
  EXPECT_TRUE(verify(without("idtyp")));
}

std::string part(const std::string& text) {
  return detail::base64url({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

TEST_F(VerifierTest, other_algorithms_keys_and_critical_extensions_are_refused) {
  const std::string claims = part(boost::json::serialize(good_claims()));
  const std::string kid = R"(,"kid":")" + test::key()->key_id() + R"("})";
  const std::string good = test::key()->sign(good_claims()).value();
  const std::string signature = good.substr(good.rfind('.'));
  const std::string forged[] = {
      part(R"({"alg":"none")" + kid) + "." + claims + ".",
      part(R"({"alg":"HS256")" + kid) + "." + claims + signature,
      part(R"({"alg":"RS256","crit":["exp"])" + kid) + "." + claims + signature,
      part(R"({"alg":"RS256")" + kid) + "." + claims + signature,
      part(R"({"alg":"RS256"})") + "." + claims + signature,
      test::key("other")->sign(good_claims()).value(),
      good.substr(0, good.size() - 8) + "AAAAAAAA",
      "x.y.z",
      "",
      std::string(20'000, 'a'),
  };
  for (const std::string& token : forged) {
    const auto result = verifier_.verify("Bearer " + token, test::kNow);
    ASSERT_FALSE(result) << token.substr(0, 80);
    EXPECT_EQ(result.error().code, AuthErrc::invalid_token);
  }
}

TEST_F(VerifierTest, the_scheme_is_bearer_in_any_case_and_nothing_else) {
  const std::string token = test::key()->sign(good_claims()).value();
  EXPECT_TRUE(verifier_.verify("bearer " + token, test::kNow));
  EXPECT_TRUE(verifier_.verify("BEARER  " + token, test::kNow));
  for (const std::string& header : {std::string(), std::string("Bearer"), "Basic " + token, token})
    EXPECT_FALSE(verifier_.verify(header, test::kNow)) << header.substr(0, 10);
}

}  // namespace
}  // namespace tonearm::auth
