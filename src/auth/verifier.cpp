#include "auth/verifier.hpp"

#include <algorithm>
#include <cstring>

#include <boost/json/array.hpp>
#include <openssl/sha.h>

#include "auth/detail/claims.hpp"
#include "auth/detail/jwt.hpp"
#include "auth/errc.hpp"

namespace tonearm::auth {
namespace {

using boost::json::object;
using detail::text_claim;
using detail::time_claim;

constexpr const char* kUnknownKey = "it was signed with an unknown key";

std::unexpected<base::Error> refuse(const char* why) {
  return base::fail(AuthErrc::invalid_token, why);
}

bool is_audience(const object& claims, const std::vector<std::string>& accepted) {
  const auto fits = [&](std::string_view audience) {
    return std::ranges::find(accepted, audience) != accepted.end();
  };
  const auto* value = claims.if_contains("aud");
  if (value && value->is_array()) {
    return std::ranges::any_of(
        value->get_array(), [&](const auto& entry) { return entry.is_string() && fits(entry.get_string()); });
  }
  return fits(text_claim(claims, "aud"));
}

std::vector<std::string> roles_of(const object& claims) {
  std::vector<std::string> roles;
  const auto* value = claims.if_contains("roles");
  if (!value || !value->is_array()) return roles;
  for (const auto& entry : value->get_array()) {
    if (entry.is_string()) roles.emplace_back(entry.get_string().c_str());
  }
  return roles;
}

bool is_delegated(const object& claims) {
  return claims.contains("scp") || (claims.contains("idtyp") && text_claim(claims, "idtyp") != "app");
}

base::Result<PrincipalPtr> to_principal(const object& claims) {
  const std::string_view azp = text_claim(claims, "azp");
  const auto application = base::Guid::parse(azp.empty() ? text_claim(claims, "appid") : azp);
  const auto tenant = base::Guid::parse(text_claim(claims, "tid"));
  if (!application || !tenant) return refuse("it names no application and tenant");
  if (is_delegated(claims)) return base::fail(AuthErrc::delegated_token);
  return std::make_shared<const Principal>(Principal{*application, *tenant, roles_of(claims)});
}

const PublicKey* find_key(const std::vector<PublicKey>& keys, std::string_view id) {
  const auto found =
      std::ranges::find(keys, id, [](const PublicKey& key) { return std::string_view(key.key_id()); });
  return found == keys.end() ? nullptr : &*found;
}

/// The token in `Bearer <token>` (RFC 6750 §2.1; the scheme in any case), or empty.
std::string_view bearer(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(authorization[i])) != kScheme[i]) return {};
  }
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  while (authorization.ends_with(' ')) authorization.remove_suffix(1);
  return authorization;
}

}  // namespace

std::size_t Verifier::HashOfHash::operator()(const Hash& hash) const {
  std::size_t value = 0;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

base::Result<PrincipalPtr> Verifier::verify(std::string_view authorization, base::WallTime now) {
  if (authorization.empty()) return refuse("there is none");
  const std::string_view token = bearer(authorization);
  if (token.empty()) return refuse("the Authorization header holds no Bearer token");
  Hash hash;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  if (auto known = recall(hash, now)) return known;
  auto judged = judge(token, now);
  if (!judged) return std::unexpected(judged.error());
  remember(hash, *judged, now);
  return judged->principal;
}

/// By `iss` first: keys of different issuers may share an id, and no issuer's key speaks for another.
base::Result<Verifier::Signer> Verifier::find_signer(const detail::ReadToken& token) const {
  const std::string_view iss = text_claim(token.claims, "iss");
  const std::string_view tenant = text_claim(token.claims, "tid");
  bool known = false;
  for (const TrustedIssuer& own : issuers_) {
    if (!own.accepts_issuer(iss, tenant)) continue;
    known = true;
    if (const PublicKey* key = find_key(own.keys, token.key_id))
      return Signer{*key, &own.audiences, nullptr, 0};
  }
  bool may_be_new = false;
  for (const auto& external : external_) {
    if (!external->accepts(iss, tenant)) continue;
    may_be_new = true;
    const std::uint64_t generation = external->generation();  // before the keys: rather too old
    const auto keys = external->keys();
    if (const PublicKey* key = find_key(*keys, token.key_id))
      return Signer{*key, &external->settings().audiences, external.get(), generation};
  }
  if (may_be_new) return base::fail(AuthErrc::unknown_key, kUnknownKey);
  return refuse(known ? kUnknownKey : "its issuer is wrong");
}

base::Result<Verifier::Remembered> Verifier::judge(std::string_view token, base::WallTime now) const {
  const auto read = detail::read_token(token);
  if (!read) return std::unexpected(read.error());
  const auto signer = find_signer(*read);
  if (!signer) return std::unexpected(signer.error());
  if (!detail::is_signed_by(*read, signer->key)) return refuse("its signature is wrong");
  const object& claims = read->claims;
  if (!is_audience(claims, *signer->audiences)) return refuse("it is for another audience");
  const auto expires = time_claim(claims, "exp");
  if (!expires) return refuse("it has no expiry");
  if (now >= *expires + kSkew) return refuse("it has expired");
  const auto not_before = time_claim(claims, "nbf");
  if (not_before && now < *not_before - kSkew) return refuse("it is not valid yet");
  auto principal = to_principal(claims);
  if (!principal) return std::unexpected(principal.error());
  return Remembered{std::move(*principal), *expires, signer->issuer, signer->generation};
}

bool Verifier::fetch_keys(std::string_view authorization, base::TimePoint now, ExternalIssuer::Waiter done) {
  const auto read = detail::read_token(bearer(authorization));
  if (!read) return false;
  const std::string_view iss = text_claim(read->claims, "iss");
  const std::string_view tenant = text_claim(read->claims, "tid");
  const auto issuer =
      std::ranges::find_if(external_, [&](const auto& external) { return external->accepts(iss, tenant); });
  return issuer != external_.end() && (*issuer)->refresh(now, std::move(done));
}

void Verifier::keep_fresh(base::TimePoint now) {
  for (const auto& external : external_) external->keep_fresh(now);
}

void Verifier::close() {
  for (const auto& external : external_) external->close();
}

/// Not any more if its key may be gone.
PrincipalPtr Verifier::recall(const Hash& hash, base::WallTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = remembered_.find(hash);
  if (found == remembered_.end()) return nullptr;
  const Remembered& token = found->second;
  const bool stands = !token.issuer || token.issuer->generation() == token.generation;
  return stands && now < token.expires ? token.principal : nullptr;
}

void Verifier::remember(const Hash& hash, const Remembered& token, base::WallTime now) {
  const std::lock_guard lock(mutex_);
  if (remembered_.size() >= kRememberedMax)
    std::erase_if(remembered_, [&](const auto& entry) { return entry.second.expires <= now; });
  if (remembered_.size() >= kRememberedMax) remembered_.clear();
  remembered_.insert_or_assign(hash, token);
}

}  // namespace tonearm::auth
