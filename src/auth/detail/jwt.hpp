#pragma once

#include <span>
#include <string_view>

#include <boost/json/object.hpp>

#include "auth/public_key.hpp"
#include "base/result.hpp"

namespace tonearm::auth::detail {

struct VerifiedToken {
  boost::json::object claims;
  const PublicKey* key = nullptr;  ///< Which of the keys signed it.
};

/// Checks form, algorithm (RS256 and nothing else), `crit` and signature; what the claims say is the caller's
/// to judge. Errors: `invalid_token`.
[[nodiscard]] base::Result<VerifiedToken> verify_signature(std::string_view token,
                                                           std::span<const PublicKey* const> keys);

}  // namespace tonearm::auth::detail
