#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tonearm::config {

/// The candidate that takes the fewest single-letter edits, if so few that a slip is likely
/// (a third of the letters, at least one, or a swapped pair).
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

/// `must be one of a, b, c, not "x"; did you mean "a"?`
[[nodiscard]] std::string not_one_of(std::string_view word, std::span<const std::string> candidates);

}  // namespace tonearm::config
