#pragma once

#include <string>
#include <string_view>
#include <vector>

// Extensions as Require, Supported and Proxy-Require name them (RFC 3261 §19.2).

namespace tonearm::sip {

inline constexpr std::string_view kReliable = "100rel";     ///< RFC 3262
inline constexpr std::string_view kSessionTimer = "timer";  ///< RFC 4028
/// Value of Supported in everything that we send.
inline constexpr std::string_view kSupported = "100rel, timer";

/// True if `tags` names `tag`, whatever the case.
[[nodiscard]] bool has_tag(const std::vector<std::string>& tags, std::string_view tag);
/// Those of `required` that we lack, in their order.
[[nodiscard]] std::vector<std::string> unsupported(const std::vector<std::string>& required);

}  // namespace tonearm::sip
