#pragma once

#include <string>

#include "auth/token_issuer.hpp"

namespace tonearm::auth::detail {

/// A refusal of the token endpoint: OAuth's word (RFC 6749 §5.2) and Entra's number, by which client
/// libraries and people recognise it.
struct TokenError {
  int status = 400;
  const char* error = "invalid_request";
  int code = 0;  ///< AADSTS
  std::string description;
};

[[nodiscard]] TokenAnswer to_answer(const TokenError& error, const std::string& correlation_id,
                                    base::WallTime now);

[[nodiscard]] TokenError missing_parameter(const char* name);
[[nodiscard]] TokenError unknown_tenant(const std::string& tenant);
[[nodiscard]] TokenError unknown_application(const std::string& client_id, const std::string& tenant);
[[nodiscard]] TokenError wrong_secret(const std::string& client_id);
[[nodiscard]] TokenError missing_secret();
[[nodiscard]] TokenError two_credentials();
[[nodiscard]] TokenError wrong_assertion_type(const std::string& type);
[[nodiscard]] TokenError malformed_assertion(const std::string& why);
[[nodiscard]] TokenError wrong_certificate(const char* why);
[[nodiscard]] TokenError wrong_assertion_subject(const char* claim);
[[nodiscard]] TokenError wrong_assertion_audience();
[[nodiscard]] TokenError assertion_out_of_time(const char* why);
[[nodiscard]] TokenError missing_assertion_id();
[[nodiscard]] TokenError too_many_guesses();
[[nodiscard]] TokenError wrong_grant(const std::string& grant);
[[nodiscard]] TokenError wrong_scope(const std::string& scope);
[[nodiscard]] TokenError wrong_resource(const std::string& resource);

}  // namespace tonearm::auth::detail
