#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "auth/detail/token_error.hpp"
#include "auth/sha256.hpp"
#include "auth/token_issuer.hpp"
#include "base/clock.hpp"

namespace tonearm::auth::detail {

/// An assertion that holds: RFC 7523 §3, and what Entra asks for beyond it.
struct Assertion {
  Sha256 id{};             ///< Of its `jti`.
  base::WallTime expires;  ///< No longer taken from then on, clocks that are apart included.
};

/// The application that an assertion says it is of; nothing is proven. Empty if it says nothing.
[[nodiscard]] std::string subject_of(std::string_view assertion);

/// Is it of this application, for this endpoint, and good now? That it has not been used is the caller's to
/// find out.
[[nodiscard]] std::expected<Assertion, TokenError> check_assertion(std::string_view assertion,
                                                                   const Application& application,
                                                                   const TokenRequest& request,
                                                                   base::WallTime now);

}  // namespace tonearm::auth::detail
