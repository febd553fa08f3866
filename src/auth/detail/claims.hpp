#pragma once

#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/clock.hpp"

namespace tonearm::auth::detail {

/// Empty if there is no such text.
[[nodiscard]] std::string_view text_claim(const boost::json::object& claims, const char* name);
/// A NumericDate (RFC 7519 §2).
[[nodiscard]] std::optional<base::WallTime> time_claim(const boost::json::object& claims, const char* name);

}  // namespace tonearm::auth::detail
