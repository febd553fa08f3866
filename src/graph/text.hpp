#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tonearm::graph {

/// Number of code points in well-formed UTF-8.
[[nodiscard]] std::size_t code_points(std::string_view utf8);
/// The text itself, or a copy with U+FFFD in place of every byte that is not part of well-formed UTF-8
/// (Unicode §3.9). For what did not come through a JSON parser: SIP display names, headers, causes.
[[nodiscard]] std::string valid_utf8(std::string_view bytes);

/// ASCII only; other bytes are compared as they are.
[[nodiscard]] bool equal_any_case(std::string_view left, std::string_view right);
[[nodiscard]] bool starts_with_any_case(std::string_view text, std::string_view prefix);
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace tonearm::graph
