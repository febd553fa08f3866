#include "sip/authenticator.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sip/digest.hpp"

namespace tonearm::sip {
namespace {

using namespace std::chrono_literals;

const base::TimePoint kNow{24h};
constexpr const char* kHome = "192.0.2.1";

std::string value(const std::string& headers, const std::string& name, std::size_t from = 0) {
  const auto at = headers.find(name + "=\"", from);
  if (at == std::string::npos) return {};
  const auto start = at + name.size() + 2;
  return headers.substr(start, headers.find('"', start) - start);
}

class Scene {
 public:
  Scene() : authenticator("tonearm"), registrations({60s, 3600s}) {
    authenticator.set_users({{"id-ada", "Ada", "ada", {}, false, base::Secret("secret of Ada")},
                             {"id-bob", "Bob", "bob", {kHome, 5060}, false, {}}});
  }

  std::expected<std::string, Denial> check(const std::vector<std::string>& authorizations,
                                           const std::string& source = kHome,
                                           const std::string& user_agent = "phone") {
    return authenticator.check({"REGISTER", authorizations, source, user_agent}, registrations, now);
  }

  std::string nonce(const std::string& source = kHome) {
    return value(check({}, source).error().refusal.headers, "nonce");
  }

  static std::string credentials(const std::string& user, const std::string& password,
                                 const std::string& nonce, DigestAlgorithm algorithm = DigestAlgorithm::md5,
                                 unsigned count = 1) {
    DigestCredentials made{
        algorithm, user, "tonearm", nonce, "sip:tonearm.example.com", {}, "c", fmt::format("{:08x}", count)};
    return fmt::format(
        "Digest username=\"{}\", realm=\"tonearm\", nonce=\"{}\", uri=\"{}\", response=\"{}\", cnonce=\"c\", "
        "nc={}, qop=auth, algorithm={}",
        user, nonce, made.uri, expected_response(made, "REGISTER", base::Secret(password)), made.nonce_count,
        to_string(algorithm));
  }

  /// One attempt with a nonce of its own.
  std::expected<std::string, Denial> attempt(const std::string& user, const std::string& password,
                                             const std::string& source = kHome) {
    return check({credentials(user, password, nonce(source))}, source);
  }

  Authenticator authenticator;
  Registrations registrations;
  base::TimePoint now = kNow;
};

TEST(authenticator, the_first_answer_is_a_challenge_for_both_algorithms) {
  Scene scene;
  const auto denied = scene.check({});
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().refusal.status, 401);
  EXPECT_FALSE(denied.error().failure);
  const std::string& headers = denied.error().refusal.headers;
  EXPECT_LT(headers.find("algorithm=MD5, qop=\"auth\"\r\n"),
            headers.find("algorithm=SHA-256, qop=\"auth\"\r\n"));
  EXPECT_EQ(headers.find("stale"), std::string::npos);
  EXPECT_EQ(value(headers, "realm"), "tonearm");
}

TEST(authenticator, a_phone_that_chokes_on_a_second_challenge_gets_one) {
  Scene scene;
  for (const char* phone : {"baresip v1.0.0 (x86_64/linux)", "baresip v3.11.0", "baresip v"}) {
    const auto headers = scene.check({}, kHome, phone).error().refusal.headers;
    EXPECT_NE(headers.find("algorithm=MD5"), std::string::npos) << phone;
    EXPECT_EQ(headers.find("SHA-256"), std::string::npos) << phone;
  }
  const auto newer = scene.check({}, kHome, "baresip v3.12.0 (x86_64/Linux)").error().refusal.headers;
  EXPECT_NE(newer.find("SHA-256"), std::string::npos);
}

TEST(authenticator, the_password_proves_the_user_by_either_algorithm) {
  Scene scene;
  for (const auto algorithm : {DigestAlgorithm::md5, DigestAlgorithm::sha256}) {
    const auto user = scene.check({Scene::credentials("ada", "secret of Ada", scene.nonce(), algorithm)});
    ASSERT_TRUE(user);
    EXPECT_EQ(*user, "id-ada");
  }
}

TEST(authenticator, credentials_for_other_realms_are_passed_over) {
  Scene scene;
  const std::string other = "Digest username=\"ada\", realm=\"example.com\", nonce=\"x\"";
  EXPECT_FALSE(scene.authenticator.concerns_us({other}));
  EXPECT_FALSE(scene.check({other}).error().failure);
  const std::string ours = Scene::credentials("ada", "secret of Ada", scene.nonce());
  EXPECT_TRUE(scene.authenticator.concerns_us({other, ours}));
  EXPECT_TRUE(scene.check({other, ours}));
}

TEST(authenticator, a_nonce_serves_for_rising_counts_and_no_response_twice) {
  Scene scene;
  const std::string nonce = scene.nonce();
  const auto with = [&](unsigned count) {
    return scene.check({Scene::credentials("ada", "secret of Ada", nonce, DigestAlgorithm::md5, count)});
  };
  EXPECT_TRUE(with(1));
  EXPECT_TRUE(with(2));
  const auto repeated = with(2);
  ASSERT_FALSE(repeated);
  EXPECT_EQ(repeated.error().failure, AuthFailure::repeated);
  EXPECT_NE(repeated.error().refusal.headers.find("stale=true"), std::string::npos);
  EXPECT_TRUE(with(3));
}

TEST(authenticator, an_old_or_foreign_nonce_is_stale_and_says_nothing_of_the_password) {
  Scene scene;
  const std::string nonce = scene.nonce();
  for (const char* password : {"secret of Ada", "wrong"}) {
    const auto elsewhere = scene.check({Scene::credentials("ada", password, nonce)}, "192.0.2.2");
    EXPECT_EQ(elsewhere.error().failure, AuthFailure::stale);
  }
  scene.now += Nonces::kLifetime;
  const auto late = scene.check({Scene::credentials("ada", "secret of Ada", nonce)});
  ASSERT_FALSE(late);
  EXPECT_NE(late.error().refusal.headers.find("stale=true"), std::string::npos);
  EXPECT_TRUE(scene.check(
      {Scene::credentials("ada", "secret of Ada", value(late.error().refusal.headers, "nonce"))}));
}

/// The answer with what differs by chance taken out.
std::string shape(const std::expected<std::string, Denial>& denied) {
  std::string text = std::to_string(denied.error().refusal.status) + denied.error().refusal.headers;
  const std::string nonce = value(text, "nonce");
  for (auto at = text.find(nonce); !nonce.empty() && at != std::string::npos; at = text.find(nonce)) {
    text.erase(at, nonce.size());
  }
  return text;
}

TEST(authenticator, nothing_tells_a_wrong_password_from_a_user_that_is_not_there_or_has_none) {
  Scene scene;
  const auto wrong = scene.attempt("ada", "wrong");
  EXPECT_EQ(wrong.error().failure, AuthFailure::wrong);
  for (const char* user : {"nobody", "bob"}) {
    for (const char* password : {"", "secret of Ada"}) {
      const auto denied = scene.attempt(user, password);
      ASSERT_FALSE(denied);
      EXPECT_EQ(denied.error().failure, AuthFailure::wrong);
      EXPECT_EQ(shape(denied), shape(wrong));
    }
  }
}

TEST(authenticator, guessing_a_name_is_slowed_down_whether_it_exists_or_not) {
  for (const char* user : {"ada", "nobody"}) {
    Scene scene;
    for (int i = 0; i < 11; ++i) EXPECT_EQ(scene.attempt(user, "wrong").error().refusal.status, 401);
    const auto held = scene.attempt(user, "secret of Ada", "192.0.2.9");  // from wherever, and right or not
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().refusal.status, 503);
    EXPECT_NE(held.error().refusal.headers.find("Retry-After: 1\r\n"), std::string::npos);
    EXPECT_EQ(held.error().failure, AuthFailure::held_back);
  }
}

TEST(authenticator, after_the_wait_the_right_password_is_taken_and_forgives) {
  Scene scene;
  for (int i = 0; i < 11; ++i) EXPECT_FALSE(scene.attempt("ada", "wrong"));
  scene.now += 1s;
  EXPECT_TRUE(scene.attempt("ada", "secret of Ada"));
  EXPECT_EQ(scene.attempt("ada", "wrong").error().refusal.status, 401);
  EXPECT_TRUE(scene.attempt("ada", "secret of Ada"));
}

TEST(authenticator, an_address_that_tries_many_names_is_slowed_down_for_all) {
  Scene scene;
  for (int i = 0; i < 21; ++i)
    EXPECT_FALSE(scene.attempt("user" + std::to_string(i), "wrong", "2001:db8::1"));
  EXPECT_EQ(scene.attempt("ada", "secret of Ada", "2001:db8::2").error().refusal.status,
            503);  // same network
  EXPECT_TRUE(scene.attempt("ada", "secret of Ada", "2001:db8:0:1::1"));
}

TEST(authenticator, a_registered_phone_is_heard_at_its_address_whatever_others_try) {
  Scene scene;
  RegisterRequest request;
  request.contacts = {{"sip:ada@192.0.2.1", 3600}};
  request.flow.remote = {kHome, 5060};
  EXPECT_FALSE(scene.registrations.apply("id-ada", request, scene.now));
  for (int i = 0; i < 12; ++i) EXPECT_FALSE(scene.attempt("ada", "wrong", "192.0.2.9"));
  for (int i = 0; i < 25; ++i) EXPECT_FALSE(scene.attempt("x" + std::to_string(i), "wrong"));
  EXPECT_TRUE(scene.attempt("ada", "secret of Ada"));
  EXPECT_EQ(scene.attempt("ada", "secret of Ada", "192.0.2.9").error().refusal.status, 503);
  for (int i = 0; i < 11; ++i) EXPECT_FALSE(scene.attempt("ada", "wrong"));  // but not to guess from there
  EXPECT_EQ(scene.attempt("ada", "secret of Ada").error().refusal.status, 503);
}

TEST(authenticator, what_is_not_understood_is_challenged_anew_and_counted_apart) {
  Scene scene;
  for (const std::string& text : {std::string("Digest realm=\"tonearm\""),
                                  Scene::credentials(std::string(300, 'a'), "x", scene.nonce())}) {
    const auto denied = scene.check({text});
    EXPECT_EQ(denied.error().refusal.status, 401);
    EXPECT_EQ(denied.error().failure, AuthFailure::malformed);
  }
}

}  // namespace
}  // namespace tonearm::sip
