#include "http/byte_range.hpp"

#include <algorithm>
#include <charconv>

#include "graph/text.hpp"

namespace tonearm::http {
namespace {

using Kind = RangeRequest::Kind;

/// Digits only; one that no file can have counts as the largest.
std::optional<std::uint64_t> number(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc::result_out_of_range ? UINT64_MAX : value;
}

RangeRequest from(std::uint64_t first, std::uint64_t last, std::uint64_t size) {
  if (first >= size) return {Kind::unsatisfiable, {}};
  return {Kind::part, {first, std::min(last, size - 1) - first + 1}};
}

RangeRequest last_bytes(std::uint64_t count, std::uint64_t size) {
  if (count == 0 || size == 0) return {Kind::unsatisfiable, {}};
  const std::uint64_t length = std::min(count, size);
  return {Kind::part, {size - length, length}};
}

}  // namespace

RangeRequest read_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!graph::starts_with_any_case(header, kUnit)) return {};
  const std::string_view spec = graph::trimmed(header.substr(kUnit.size()));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first = number(spec.substr(0, dash));
  const auto last = number(spec.substr(dash + 1));  // several ranges are no number either
  const bool open_end = dash + 1 == spec.size();
  if (dash == 0) return last ? last_bytes(*last, size) : RangeRequest{};
  if (!first || (!last && !open_end)) return {};
  if (last && *last < *first) return {};
  return from(*first, last.value_or(UINT64_MAX), size);
}

}  // namespace tonearm::http
