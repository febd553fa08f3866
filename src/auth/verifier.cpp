#include "auth/verifier.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <boost/json/array.hpp>
#include <openssl/sha.h>

#include "auth/detail/jwt.hpp"
#include "auth/errc.hpp"

namespace tonearm::auth {
namespace {

using boost::json::object;

/// [s] since 1970: in the year 2255, soon after which a time point would overflow. As good as never.
constexpr std::int64_t kLatest = 9'000'000'000;

std::unexpected<base::Error> refuse(const char* why) {
  return base::fail(AuthErrc::invalid_token, why);
}

std::string_view text_claim(const object& claims, const char* name) {
  const auto* value = claims.if_contains(name);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view{};
}

std::optional<base::WallTime> time_claim(const object& claims, const char* name) {
  const auto* value = claims.if_contains(name);
  if (!value || !value->is_number()) return std::nullopt;
  boost::system::error_code error;
  const auto seconds = value->to_number<std::int64_t>(error);
  if (error || seconds < 0) return std::nullopt;
  return base::WallTime(std::chrono::seconds(std::min(seconds, kLatest)));
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

base::Result<Verifier::Remembered> Verifier::judge(std::string_view token, base::WallTime now) const {
  std::vector<const PublicKey*> keys;
  for (const TrustedIssuer& issuer : issuers_) {
    for (const PublicKey& key : issuer.keys) keys.push_back(&key);
  }
  const auto verified = detail::verify_signature(token, keys);
  if (!verified) return std::unexpected(verified.error());
  const object& claims = verified->claims;
  const auto owns_key = [&](const TrustedIssuer& issuer) {
    return std::ranges::any_of(issuer.keys, [&](const PublicKey& key) { return &key == verified->key; });
  };
  const TrustedIssuer& issuer = *std::ranges::find_if(issuers_, owns_key);
  if (!issuer.accepts_issuer(text_claim(claims, "iss"), text_claim(claims, "tid")))
    return refuse("its issuer is wrong");
  if (!is_audience(claims, issuer.audiences)) return refuse("it is for another audience");
  const auto expires = time_claim(claims, "exp");
  if (!expires) return refuse("it has no expiry");
  if (now >= *expires + kSkew) return refuse("it has expired");
  const auto not_before = time_claim(claims, "nbf");
  if (not_before && now < *not_before - kSkew) return refuse("it is not valid yet");
  auto principal = to_principal(claims);
  if (!principal) return std::unexpected(principal.error());
  return Remembered{std::move(*principal), *expires};
}

PrincipalPtr Verifier::recall(const Hash& hash, base::WallTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = remembered_.find(hash);
  return found != remembered_.end() && now < found->second.expires ? found->second.principal : nullptr;
}

void Verifier::remember(const Hash& hash, const Remembered& token, base::WallTime now) {
  const std::lock_guard lock(mutex_);
  if (remembered_.size() >= kRememberedMax)
    std::erase_if(remembered_, [&](const auto& entry) { return entry.second.expires <= now; });
  if (remembered_.size() >= kRememberedMax) remembered_.clear();
  remembered_.insert_or_assign(hash, token);
}

}  // namespace tonearm::auth
