#pragma once

#include <system_error>

namespace tonearm::auth {

/// Why a token or key was refused.
enum class AuthErrc {
  invalid_token = 1,  ///< Not a token, not ours, expired, for somebody else: 401.
  unknown_key,        ///< As before, but its issuer may have a new key: see Verifier::fetch_keys.
  delegated_token,    ///< Verified, but a user's: only application tokens are served, 403 7504.
  key_unusable,       ///< A key cannot be made, read or used.
  issuer_unusable,    ///< What an external issuer says of itself or of its keys cannot be used.
};

const std::error_category& auth_category();
std::error_code make_error_code(AuthErrc errc);

}  // namespace tonearm::auth

template <>
struct std::is_error_code_enum<tonearm::auth::AuthErrc> : std::true_type {};
