#pragma once

#include <optional>
#include <string_view>

namespace tonearm::http {

/// The part of "/tonearm/calls/{id}/events" that should be a call's id, `resource` being "/events"; nothing
/// for any other path.
[[nodiscard]] inline std::optional<std::string_view> call_in_path(std::string_view path,
                                                                  std::string_view resource) {
  constexpr std::string_view kCalls = "/tonearm/calls/";
  const bool fits =
      path.starts_with(kCalls) && path.ends_with(resource) && path.size() > kCalls.size() + resource.size();
  if (!fits) return std::nullopt;
  return path.substr(kCalls.size(), path.size() - kCalls.size() - resource.size());
}

}  // namespace tonearm::http
