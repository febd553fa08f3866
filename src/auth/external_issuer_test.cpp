#include "auth/external_issuer.hpp"

#include <deque>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "auth/auth_fixture_test.hpp"
#include "auth/errc.hpp"
#include "auth/verifier.hpp"

namespace tonearm::auth {
namespace {

using namespace std::chrono_literals;
using boost::json::array;
using boost::json::object;

const std::string kUrl = "https://idp.example.com/bots";
const std::string kOtherUrl = "https://other.example.com/bots";
const base::TimePoint kStart{24h};

std::string discovery_of(const std::string& url) {
  return boost::json::serialize(object{{"issuer", url}, {"jwks_uri", url + "/keys"}});
}

std::string keys_of(std::initializer_list<const char*> names) {
  array keys;
  for (const char* name : names) keys.push_back(test::key(name)->public_jwk());
  return boost::json::serialize(object{{"keys", std::move(keys)}});
}

/// Issuers and a web that answers when the test says so.
class ExternalIssuerTest : public ::testing::Test {
 protected:
  struct Asked {
    std::string url;
    FetchDone done;
  };

  std::shared_ptr<ExternalIssuer> issuer(const std::string& url = kUrl) {
    return std::make_shared<ExternalIssuer>(
        ExternalIssuer::Settings{"idp", url, {"https://graph.microsoft.com"}},
        [this](const std::string& asked, FetchDone done) {
          asked_.push_back({asked, std::move(done)});
        });
  }
  /// Answers the oldest request.
  std::string answer(base::Result<std::string> body) {
    Asked asked = std::move(asked_.front());
    asked_.pop_front();
    asked.done(std::move(body));
    return asked.url;
  }
  void answer_with(std::initializer_list<const char*> keys, const std::string& url = kUrl) {
    EXPECT_EQ(answer(discovery_of(url)), url + "/.well-known/openid-configuration");
    EXPECT_EQ(answer(keys_of(keys)), url + "/keys");
  }
  void fail() { answer(base::fail(AuthErrc::issuer_unusable, "it answered 503")); }
  static std::string ids(const ExternalIssuer& issuer) {
    std::string all;
    for (const PublicKey& key : *issuer.keys()) all += key.key_id() + " ";
    return all;
  }

  std::deque<Asked> asked_;
};

TEST_F(ExternalIssuerTest, keys_come_by_way_of_the_discovery_document) {
  const auto idp = issuer();
  EXPECT_TRUE(idp->keys()->empty());
  bool told = false;
  EXPECT_TRUE(idp->refresh(kStart, [&] { told = true; }));
  answer_with({"own", "other"});
  EXPECT_TRUE(told);
  EXPECT_EQ(ids(*idp), test::key("own")->key_id() + " " + test::key("other")->key_id() + " ");
}

TEST_F(ExternalIssuerTest, those_who_ask_meanwhile_wait_for_the_same_answer) {
  const auto idp = issuer();
  int told = 0;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(idp->refresh(kStart, [&] { ++told; }));
  EXPECT_EQ(asked_.size(), 1u);
  answer_with({"own"});
  EXPECT_EQ(told, 5);
  EXPECT_TRUE(asked_.empty());
}

TEST_F(ExternalIssuerTest,
       whoever_asks_for_one_unknown_key_after_the_other_has_it_fetched_at_a_bounded_rate) {
  const auto idp = issuer();
  int fetched = 0;
  for (auto now = kStart; now < kStart + 100s; now += 100ms) {
    if (!idp->refresh(now, {})) continue;
    ++fetched;
    answer_with({"own"});
  }
  EXPECT_EQ(fetched, ExternalIssuer::kBurst + 9);
  EXPECT_FALSE(idp->refresh(kStart + 100s - 100ms, [] { ADD_FAILURE() << "told"; }));
  EXPECT_TRUE(idp->refresh(kStart + 100s, {}));
}

TEST_F(ExternalIssuerTest, who_waits_is_bounded_in_number) {
  const auto idp = issuer();
  std::size_t waiting = 0;
  while (idp->refresh(kStart, [] {})) ++waiting;
  EXPECT_EQ(waiting, ExternalIssuer::kWaitersMax);
}

TEST_F(ExternalIssuerTest, old_keys_are_fetched_again_after_an_hour_and_serve_meanwhile) {
  const auto idp = issuer();
  idp->keep_fresh(kStart);
  answer_with({"own"});
  idp->keep_fresh(kStart + 59min);
  EXPECT_TRUE(asked_.empty());
  idp->keep_fresh(kStart + 60min);
  EXPECT_EQ(asked_.size(), 1u);
  EXPECT_EQ(idp->keys()->size(), 1u);
  answer_with({"other"});
  EXPECT_EQ(ids(*idp), test::key("other")->key_id() + " ");
}

TEST_F(ExternalIssuerTest, keys_stay_while_their_issuer_is_down_and_it_is_asked_again_within_a_minute) {
  const auto idp = issuer();
  idp->keep_fresh(kStart);
  answer_with({"own"});
  auto now = kStart;
  for (int day = 0; day < 3; ++day) {
    now += 24h;
    bool told = false;
    EXPECT_TRUE(idp->refresh(now, [&] { told = true; }));
    fail();
    EXPECT_TRUE(told);
    EXPECT_EQ(ids(*idp), test::key("own")->key_id() + " ");
  }
  idp->keep_fresh(now + 59s);
  EXPECT_TRUE(asked_.empty());
  idp->keep_fresh(now + 60s);
  answer_with({"other"});
  EXPECT_EQ(ids(*idp), test::key("other")->key_id() + " ");
}

TEST_F(ExternalIssuerTest, documents_that_cannot_be_used_change_nothing) {
  const auto idp = issuer();
  idp->refresh(kStart, {});
  answer_with({"own"});
  auto now = kStart;
  for (const std::string& document :
       {std::string("<html>"), discovery_of(kOtherUrl), discovery_of(kUrl + "/x")}) {
    ASSERT_TRUE(idp->refresh(now += 1min, {}));
    answer(document);
    EXPECT_TRUE(asked_.empty()) << "its keys were asked for";
  }
  for (const char* keys : {"", "{}", R"({"keys":[]})"}) {
    ASSERT_TRUE(idp->refresh(now += 1min, {}));
    answer(discovery_of(kUrl));
    answer(keys);
  }
  EXPECT_EQ(ids(*idp), test::key("own")->key_id() + " ");
}

TEST_F(ExternalIssuerTest, nobody_is_told_after_the_close_or_the_end) {
  auto idp = issuer();
  idp->refresh(kStart, [] { ADD_FAILURE() << "told"; });
  idp->close();
  EXPECT_FALSE(idp->refresh(kStart, {}));
  answer(discovery_of(kUrl));
  idp.reset();
  answer(keys_of({"own"}));
}

/// Tokens of two issuers beside our own.
class ForeignTokenTest : public ExternalIssuerTest {
 protected:
  ForeignTokenTest() {
    first->refresh(kStart, {});
    answer_with({"first"});
    second->refresh(kStart, {});
    answer_with({"second"}, kOtherUrl);
  }
  static object claims(const std::string& url = kUrl) {
    const auto now = base::WallClock::to_time_t(test::kNow);
    return {{"iss", url},
            {"aud", "https://graph.microsoft.com"},
            {"exp", now + 3600},
            {"azp", "00000000-0000-4000-8000-000000000001"},
            {"tid", "00000000-0000-4000-8000-0000000000aa"},
            {"roles", array{"Calls.Initiate.All"}}};
  }
  static std::string header(const char* key, const object& claims) {
    return "Bearer " + test::key(key)->sign(claims).value();
  }
  std::string refusal(const std::string& header, base::WallTime now = test::kNow) {
    const auto result = verifier.verify(header, now);
    return result ? "accepted" : result.error().context;
  }

  std::shared_ptr<ExternalIssuer> first = issuer(kUrl);
  std::shared_ptr<ExternalIssuer> second = issuer(kOtherUrl);
  Verifier verifier{{TokenIssuer(test::key(), {}).trust()}, {first, second}};
};

TEST_F(ForeignTokenTest, is_taken_with_its_application_tenant_and_roles) {
  const auto principal = verifier.verify(header("first", claims()), test::kNow);
  ASSERT_TRUE(principal) << principal.error().message();
  EXPECT_EQ((*principal)->application.to_string(), "00000000-0000-4000-8000-000000000001");
  EXPECT_EQ((*principal)->tenant.to_string(), "00000000-0000-4000-8000-0000000000aa");
  EXPECT_TRUE((*principal)->has_role("Calls.Initiate.All"));
  EXPECT_EQ(refusal(header("second", claims(kOtherUrl))), "accepted");
}

TEST_F(ForeignTokenTest, is_checked_with_the_keys_of_its_own_issuer_only) {
  for (const auto& [key, url] : {std::pair("second", kUrl), {"first", kOtherUrl}, {"own", kUrl}}) {
    const auto result = verifier.verify(header(key, claims(url)), test::kNow);
    ASSERT_FALSE(result) << key << url;
    EXPECT_EQ(result.error().code, AuthErrc::unknown_key);
  }
  object ours = claims("https://localhost:8443/00000000-0000-4000-8000-0000000000aa/v2.0");
  EXPECT_EQ(refusal(header("own", ours)), "accepted");
  EXPECT_EQ(refusal(header("first", ours)), "it was signed with an unknown key");
  EXPECT_EQ(refusal(header("first", claims("https://third.example.com"))), "its issuer is wrong");
}

TEST_F(ForeignTokenTest, with_the_key_id_of_another_key_is_forged) {
  const std::string good = test::key("second")->sign(claims()).value();
  const std::string other = test::key("first")->sign(claims()).value();
  // The header of one, and with it its key id, over what the other signed.
  const std::string forged = other.substr(0, other.find('.')) + good.substr(good.find('.'));
  EXPECT_EQ(refusal("Bearer " + forged), "its signature is wrong");
}

TEST_F(ForeignTokenTest, follows_the_rules_of_our_own) {
  const auto with = [](const char* name, boost::json::value value) {
    object changed = claims();
    changed[name] = std::move(value);
    return header("first", changed);
  };
  EXPECT_EQ(refusal(with("aud", "https://other.example.com")), "it is for another audience");
  EXPECT_EQ(refusal(with("exp", base::WallClock::to_time_t(test::kNow - 300s))), "it has expired");
  EXPECT_EQ(refusal(with("exp", base::WallClock::to_time_t(test::kNow - 299s))), "accepted");
  EXPECT_EQ(refusal(with("nbf", base::WallClock::to_time_t(test::kNow + 301s))), "it is not valid yet");
  EXPECT_EQ(refusal(with("tid", "contoso.example.com")), "it names no application and tenant");
  EXPECT_EQ(refusal(with("azp", "my-client")), "it names no application and tenant");
  for (const auto& token : {with("scp", "Calls.Read"), with("idtyp", "user")})
    EXPECT_EQ(verifier.verify(token, test::kNow).error().code, AuthErrc::delegated_token);
}

TEST_F(ForeignTokenTest, of_a_new_key_is_taken_once_the_keys_have_been_fetched) {
  const std::string token = header("new", claims());
  ASSERT_EQ(verifier.verify(token, test::kNow).error().code, AuthErrc::unknown_key);
  bool told = false;
  ASSERT_TRUE(verifier.fetch_keys(token, kStart + 1s, [&] { told = true; }));
  answer_with({"first", "new"});
  EXPECT_TRUE(told);
  EXPECT_EQ(refusal(token), "accepted");
  EXPECT_EQ(refusal(header("first", claims())), "accepted");
}

TEST_F(ForeignTokenTest, asks_nobody_for_keys_but_the_issuer_that_it_names) {
  for (const std::string& token :
       {std::string(), std::string("Bearer x"), header("new", claims("https://third.example.com")),
        header("new", claims("https://x/00000000-0000-4000-8000-0000000000aa/v2.0"))})
    EXPECT_FALSE(verifier.fetch_keys(token, kStart + 1s, [] { ADD_FAILURE() << "told"; })) << token;
  EXPECT_TRUE(asked_.empty());
  EXPECT_TRUE(verifier.fetch_keys(header("new", claims(kOtherUrl)), kStart + 1s, {}));
  answer_with({"second"}, kOtherUrl);
}

TEST_F(ForeignTokenTest, of_a_key_that_was_withdrawn_is_refused_also_if_it_was_taken_before) {
  const std::string token = header("first", claims());
  ASSERT_EQ(refusal(token), "accepted");
  verifier.keep_fresh(kStart + 1h);
  EXPECT_EQ(asked_.size(), 2u);
  answer(discovery_of(kUrl));
  answer(discovery_of(kOtherUrl));
  answer(keys_of({"new"}));
  answer(keys_of({"second"}));
  EXPECT_EQ(verifier.verify(token, test::kNow).error().code, AuthErrc::unknown_key);
}

}  // namespace
}  // namespace tonearm::auth
