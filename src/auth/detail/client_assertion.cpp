#include "auth/detail/client_assertion.hpp"

#include <algorithm>
#include <array>

#include "auth/detail/claims.hpp"
#include "auth/detail/jwt.hpp"

namespace tonearm::auth::detail {
namespace {

/// Clients make them for ten minutes; whoever makes one for ever has made a password.
constexpr std::chrono::hours kLifetimeMax{24};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return lower;
}

/// The token endpoint in both versions, or the issuer, under any name that the request may have for its
/// tenant.
bool is_this_endpoint(std::string_view audience, const Application& application,
                      const TokenRequest& request) {
  const std::string asked = lower_case(audience);
  for (const std::string& tenant : {application.tenant.to_string(), lower_case(request.tenant)}) {
    for (const char* rest : {"/oauth2/v2.0/token", "/oauth2/token", "/v2.0"}) {
      if (asked == lower_case(request.base_url) + "/" + tenant + rest) return true;
    }
  }
  return false;
}

/// RFC 7523 §3: `aud` has to name this server; several names would make it good elsewhere too.
std::string_view only_audience(const boost::json::object& claims) {
  const auto* value = claims.if_contains("aud");
  if (!value || !value->is_array()) return text_claim(claims, "aud");
  const auto& list = value->get_array();
  return list.size() == 1 && list.front().is_string() ? std::string_view(list.front().get_string())
                                                      : std::string_view{};
}

std::expected<ReadToken, TokenError> check_signature(std::string_view assertion,
                                                     const Application& application, base::WallTime now) {
  auto token = read_token(assertion, true);
  if (!token) return std::unexpected(malformed_assertion(token.error().context));
  const auto header = read_header(assertion);
  if (!header) return std::unexpected(malformed_assertion(header.error().context));
  if (!application.certificate || !application.certificate->is_meant_by(*header))
    return std::unexpected(wrong_certificate("The certificate that it names is not the application's."));
  if (!application.certificate->is_valid_at(now))
    return std::unexpected(
        wrong_certificate("The application's certificate has expired, or is not valid yet."));
  if (!is_signed_by(*token, application.certificate->key()))
    return std::unexpected(wrong_certificate("Its signature is not of the application's certificate."));
  return std::move(*token);
}

std::expected<void, TokenError> check_times(const boost::json::object& claims, base::WallTime now) {
  const auto expires = time_claim(claims, "exp");
  if (!expires) return std::unexpected(assertion_out_of_time("It has no exp."));
  if (now >= *expires + Verifier::kSkew) return std::unexpected(assertion_out_of_time("It has expired."));
  if (*expires > now + kLifetimeMax + Verifier::kSkew)
    return std::unexpected(assertion_out_of_time("It lives for more than 24 hours."));
  for (const char* name : {"nbf", "iat"}) {
    const auto begins = time_claim(claims, name);
    if (begins && now < *begins - Verifier::kSkew)
      return std::unexpected(assertion_out_of_time("It is not valid yet."));
  }
  return {};
}

}  // namespace

std::string subject_of(std::string_view assertion) {
  const auto token = read_token(assertion, true);
  return token ? std::string(text_claim(token->claims, "sub")) : std::string();
}

std::expected<void, TokenError> check_assertion(std::string_view assertion, const Application& application,
                                                const TokenRequest& request, base::WallTime now) {
  const auto token = check_signature(assertion, application, now);
  if (!token) return std::unexpected(token.error());
  const boost::json::object& claims = token->claims;
  for (const char* name : {"iss", "sub"}) {
    const auto who = base::Guid::parse(text_claim(claims, name));
    if (!who || *who != application.id) return std::unexpected(wrong_assertion_subject(name));
  }
  if (!is_this_endpoint(only_audience(claims), application, request))
    return std::unexpected(wrong_assertion_audience());
  if (text_claim(claims, "jti").empty()) return std::unexpected(missing_assertion_id());
  return check_times(claims, now);
}

}  // namespace tonearm::auth::detail
