#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "auth/detail/token_error.hpp"
#include "auth/token_issuer.hpp"
#include "base/clock.hpp"

namespace tonearm::auth::detail {

/// The application that an assertion says it is of; nothing is proven. Empty if it says nothing.
[[nodiscard]] std::string subject_of(std::string_view assertion);

/// Does it hold: is it of this application, for this endpoint, and good now? RFC 7523 §3, and what Entra asks
/// for beyond it.
[[nodiscard]] std::expected<void, TokenError> check_assertion(std::string_view assertion,
                                                              const Application& application,
                                                              const TokenRequest& request,
                                                              base::WallTime now);

}  // namespace tonearm::auth::detail
