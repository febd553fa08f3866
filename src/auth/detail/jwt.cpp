#include "auth/detail/jwt.hpp"

#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "auth/detail/base64.hpp"
#include "auth/detail/handles.hpp"
#include "auth/errc.hpp"

namespace tonearm::auth {

namespace {

/// Characters of base64url.
constexpr std::size_t kModulusMax = 1366;
constexpr std::size_t kExponentMax = 8;

}  // namespace

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
  // Looked at before cjose does, whose decoder asserts; and no number may be so large that checking a
  // signature with it takes long.
  const std::string_view n = jwk.at("n").as_string();
  const std::string_view e = jwk.at("e").as_string();
  if (!detail::is_base64url(n) || n.size() > kModulusMax)
    return base::fail(AuthErrc::key_unusable, "no modulus of up to 8192 bits");
  if (!detail::is_base64url(e) || e.size() > kExponentMax)
    return base::fail(AuthErrc::key_unusable, "no exponent of up to 48 bits");
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

std::unexpected<base::Error> malformed(const char* why) {
  return base::fail(AuthErrc::invalid_token, why);
}

base::Result<boost::json::object> parse_object(std::string_view text, const char* why) {
  boost::system::error_code error;
  auto value = boost::json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return malformed(why);
  return std::move(value.as_object());
}

base::Result<boost::json::object> parse_claims(const cjose_jws_t* jws) {
  std::uint8_t* bytes = nullptr;
  std::size_t length = 0;
  if (!cjose_jws_get_plaintext(jws, &bytes, &length, nullptr)) return malformed("it has no claims");
  return parse_object({reinterpret_cast<const char*>(bytes), length}, "its claims are no JSON object");
}

}  // namespace

base::Result<ReadToken> read_token(std::string_view token, bool allow_pss) {
  if (token.size() > kTokenMax) return malformed("it is too long");
  if (!is_compact(token)) return malformed("it is no signed JWT");
  ReadToken read;
  read.jws.reset(cjose_jws_import(token.data(), token.size(), nullptr));
  if (!read.jws) return malformed("it is no signed JWT");
  cjose_header_t* header = cjose_jws_get_protected(read.jws.get());  // borrowed
  read.algorithm = header_text(header, "alg");
  if (read.algorithm != "RS256" && !(allow_pss && read.algorithm == "PS256"))
    return malformed(allow_pss ? "its algorithm is not PS256 or RS256" : "its algorithm is not RS256");
  // RFC 7515 §4.1.11: what is critical and not understood must be refused; we understand none.
  if (const CString critical(cjose_header_get_raw(header, "crit", nullptr)); critical)
    return malformed("it has critical extensions");
  read.key_id = header_text(header, "kid");
  auto claims = parse_claims(read.jws.get());
  if (!claims) return std::unexpected(claims.error());
  read.claims = std::move(*claims);
  return read;
}

base::Result<boost::json::object> read_header(std::string_view token) {
  const auto text = from_base64url(token.substr(0, token.find('.')));
  if (!text) return malformed("its header is no JSON object");
  return parse_object(*text, "its header is no JSON object");
}

bool is_signed_by(const ReadToken& token, const PublicKey& key) {
  return cjose_jws_verify(token.jws.get(), key.handle().jwk.get(), nullptr);
}

}  // namespace detail
}  // namespace tonearm::auth
