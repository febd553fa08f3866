#include "auth/detail/jwt.hpp"

#include <algorithm>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "auth/detail/handles.hpp"
#include "auth/errc.hpp"

namespace tonearm::auth {

struct PublicKey::Handle {
  detail::Jwk jwk;
};

base::Result<PublicKey> PublicKey::from_jwk(const boost::json::object& jwk) {
  boost::json::object needed;
  for (const char* name : {"kty", "n", "e", "kid"}) {
    const auto* value = jwk.if_contains(name);
    if (!value || !value->is_string()) return base::fail(AuthErrc::key_unusable, std::string("no ") + name);
    needed[name] = *value;
  }
  const std::string text = boost::json::serialize(needed);
  detail::Jwk handle(cjose_jwk_import(text.data(), text.size(), nullptr));
  if (!handle || cjose_jwk_get_kty(handle.get(), nullptr) != CJOSE_JWK_KTY_RSA)
    return base::fail(AuthErrc::key_unusable, "no RSA key");
  if (cjose_jwk_get_keysize(handle.get(), nullptr) < 2048)
    return base::fail(AuthErrc::key_unusable, "under 2048 bits");
  PublicKey key;
  key.key_id_ = jwk.at("kid").as_string().c_str();
  key.handle_ = std::make_shared<const Handle>(std::move(handle));
  return key;
}

namespace detail {
namespace {

/// Longer ones are not read: real ones have 1–3 kB.
constexpr std::size_t kTokenMax = 16 * 1024;

/// base64url without padding (RFC 7515 §2). One character behind whole groups of four holds no byte.
bool is_base64url(std::string_view text) {
  return !text.empty() && text.size() % 4 != 1 && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// The compact form of RFC 7515 §7.1. Looked at before cjose does: its base64 decoder asserts on what is
/// none, and a stranger's token would end the server.
bool is_compact(std::string_view token) {
  for (int parts = 1; parts < 3; ++parts) {
    const auto dot = token.find('.');
    if (dot == std::string_view::npos || !is_base64url(token.substr(0, dot))) return false;
    token.remove_prefix(dot + 1);
  }
  return is_base64url(token);
}

std::string header_text(cjose_header_t* header, const char* name) {
  const char* text = cjose_header_get(header, name, nullptr);
  return text ? text : "";
}

base::Result<boost::json::object> parse_claims(const cjose_jws_t* jws) {
  std::uint8_t* bytes = nullptr;
  std::size_t length = 0;
  if (!cjose_jws_get_plaintext(jws, &bytes, &length, nullptr))
    return base::fail(AuthErrc::invalid_token, "it has no claims");
  boost::system::error_code error;
  auto value = boost::json::parse({reinterpret_cast<const char*>(bytes), length}, error);
  if (error || !value.is_object())
    return base::fail(AuthErrc::invalid_token, "its claims are no JSON object");
  return std::move(value.as_object());
}

}  // namespace

base::Result<VerifiedToken> verify_signature(std::string_view token, std::span<const PublicKey* const> keys) {
  if (token.size() > kTokenMax) return base::fail(AuthErrc::invalid_token, "it is too long");
  if (!is_compact(token)) return base::fail(AuthErrc::invalid_token, "it is no signed JWT");
  const Jws jws(cjose_jws_import(token.data(), token.size(), nullptr));
  if (!jws) return base::fail(AuthErrc::invalid_token, "it is no signed JWT");
  cjose_header_t* header = cjose_jws_get_protected(jws.get());  // borrowed
  if (header_text(header, "alg") != "RS256")
    return base::fail(AuthErrc::invalid_token, "its algorithm is not RS256");
  // RFC 7515 §4.1.11: what is critical and not understood must be refused; we understand none.
  if (const CString critical(cjose_header_get_raw(header, "crit", nullptr)); critical)
    return base::fail(AuthErrc::invalid_token, "it has critical extensions");
  const std::string key_id = header_text(header, "kid");
  const auto key = std::ranges::find_if(keys, [&](const PublicKey* k) { return k->key_id() == key_id; });
  if (key == keys.end()) return base::fail(AuthErrc::invalid_token, "it was signed with an unknown key");
  if (!cjose_jws_verify(jws.get(), (*key)->handle().jwk.get(), nullptr))
    return base::fail(AuthErrc::invalid_token, "its signature is wrong");
  auto claims = parse_claims(jws.get());
  if (!claims) return std::unexpected(claims.error());
  return VerifiedToken{std::move(*claims), *key};
}

}  // namespace detail
}  // namespace tonearm::auth
