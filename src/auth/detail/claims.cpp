#include "auth/detail/claims.hpp"

#include <algorithm>
#include <cstdint>

namespace tonearm::auth::detail {
namespace {

/// [s] since 1970: in the year 2255, soon after which a time point would overflow. As good as never.
constexpr std::int64_t kLatest = 9'000'000'000;

}  // namespace

std::string_view text_claim(const boost::json::object& claims, const char* name) {
  const auto* value = claims.if_contains(name);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view{};
}

std::optional<base::WallTime> time_claim(const boost::json::object& claims, const char* name) {
  const auto* value = claims.if_contains(name);
  if (!value || !value->is_number()) return std::nullopt;
  boost::system::error_code error;
  const auto seconds = value->to_number<std::int64_t>(error);
  if (error || seconds < 0) return std::nullopt;
  return base::WallTime(std::chrono::seconds(std::min(seconds, kLatest)));
}

}  // namespace tonearm::auth::detail
