#include <boost/json/parse.hpp>

#include "auth/verifier.hpp"
#include "support/key.hpp"
#include "support/targets.hpp"

// Bearer tokens of strangers; and, behind a '{', claims that we sign ourselves, so that what stands behind a
// good signature is reached too.

namespace tonearm::fuzz {
namespace {

constexpr const char* kKeyId = "stranger-proof";
const base::WallTime kNow{std::chrono::seconds(1'700'000'000)};

/// Nobody has the private half of this key any more.
boost::json::object public_half() {
  return {{"kty", "RSA"},
          {"kid", kKeyId},
          {"e", "AQAB"},
          {"n",
           "vSr8VPm0r-bPZ1KLdaeUC8MjIN1_rCjuF6b-PTe8eco7xQJU-d3QNgTLX9Rj_F7vVBgGKFjuvRpLVraPCWzulat7"
           "fqvwv_2puuEKGQxfFsS8STdaFg-Sj7k1iCAB-pZ_XeoZQcPEGSChTJfyb7zypDaX2kL71KBDeXSa5zAjPz9gmqGY"
           "UwvtjrlC2UlOGJG-dnNZHuiwbtC6IY_6mLVMniD_AIylOg8XTJy7EnUSoHD83EGEsxk2PAsKqTFd4ZlB52SGb_AL"
           "edNGF2gzGupRRoUZjJXMbPutVIQ3XyXWT-t4niPkw5vP8eboAnWgYOly1e43b1t1N_LKv0cnSCTpPw"}};
}

auth::Verifier& verifier() {
  static auth::Verifier made = [] {
    auth::TrustedIssuer stranger_proof;
    stranger_proof.accepts_issuer = [](std::string_view, std::string_view) { return true; };
    stranger_proof.audiences = {"https://graph.microsoft.com"};
    stranger_proof.keys = {auth::PublicKey::from_jwk(public_half()).value()};
    std::vector<auth::TrustedIssuer> issuers{std::move(stranger_proof),
                                             auth::TokenIssuer(own_key(), {}).trust()};
    return auth::Verifier(std::move(issuers));
  }();
  return made;
}

void as_claims(std::string_view text) {
  boost::system::error_code error;
  const auto value = boost::json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return;
  const auto token = own_key()->sign(value.get_object());
  if (!token) return;
  const auto principal = verifier().verify("Bearer " + *token, kNow);
  if (!principal) return;
  require(value.get_object().contains("exp") && value.get_object().contains("iss"), "a token has its claims");
  require(!(*principal)->application.is_nil() && !(*principal)->tenant.is_nil(), "a token names who has it");
}

}  // namespace

void token(Bytes bytes) {
  const std::string_view text = text_of(bytes);
  if (text.starts_with('{')) return as_claims(text);
  const auto principal = verifier().verify(text, kNow);
  require(!principal.has_value(), "nobody else signs with our keys");
  require(principal.error().context.size() < 100, "a refusal does not repeat the token");
}

}  // namespace tonearm::fuzz
