#include "auth/rsa_key.hpp"

#include <sys/stat.h>

#include "auth/auth_fixture_test.hpp"
#include "auth/errc.hpp"
#include "auth/notification_signer.hpp"
#include "base/private_file.hpp"

namespace tonearm::auth {
namespace {

using namespace std::chrono_literals;

TEST(RsaKey, is_made_once_for_its_owner_only_and_read_again) {
  const auto path = std::filesystem::temp_directory_path() / ("rsa_key_" + std::to_string(getpid()) + ".pem");
  std::filesystem::remove(path);
  const auto first = RsaKey::load_or_create(path, "Test", test::kNow).value();
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const auto second = RsaKey::load_or_create(path, "Test", test::kNow).value();
  EXPECT_EQ(first->public_jwk(), second->public_jwk());
  ASSERT_TRUE(base::write_private_file(path, "garbage"));
  const auto broken = RsaKey::load_or_create(path, "Test", test::kNow);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, AuthErrc::key_unusable);
  std::filesystem::remove(path);
}

TEST(RsaKey, publishes_its_public_half_and_certificate_only) {
  const auto keys = test::json(jwks_document(*test::key())).at("keys").as_array();
  const auto& jwk = keys.at(0).as_object();
  for (const char* name : {"kty", "use", "alg", "kid", "n", "e", "x5t", "x5c"})
    EXPECT_TRUE(jwk.contains(name)) << name;
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi"}) EXPECT_FALSE(jwk.contains(name)) << name;
}

class NotificationSignerTest : public ::testing::Test {
 protected:
  std::string token(base::WallTime now) {
    return signer_.token(test::demo().id, test::demo().tenant, now).value();
  }
  NotificationSigner signer_{test::key(), "https://api.botframework.com"};
};

TEST_F(NotificationSignerTest, one_token_serves_its_lifetime_and_is_renewed_before_it_ends) {
  const auto first = token(test::kNow);
  EXPECT_EQ(token(test::kNow + 54min), first);
  EXPECT_NE(token(test::kNow + 55min), first);
}

TEST_F(NotificationSignerTest, the_token_is_for_this_bot_and_its_tenant) {
  Verifier verifier({{[](std::string_view iss, std::string_view tenant) {
                        return iss == "https://api.botframework.com" &&
                               tenant == test::demo().tenant.to_string();
                      },
                      {test::demo().id.to_string()},
                      {PublicKey::from_jwk(test::key()->public_jwk()).value()}}});
  const auto result = verifier.verify("Bearer " + token(test::kNow), test::kNow);
  // It names no calling application, which is all that is missing to a request token.
  EXPECT_EQ(result.error().context, "it names no application and tenant");
}

TEST_F(NotificationSignerTest, a_token_for_a_bot_opens_nothing_here) {
  Verifier verifier({TokenIssuer(test::key("other"), {}).trust()});
  EXPECT_FALSE(verifier.verify("Bearer " + token(test::kNow), test::kNow));
}

}  // namespace
}  // namespace tonearm::auth
