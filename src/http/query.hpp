#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace tonearm::http {

/// The value of a parameter of a query; the last one counts, as nobody should say it twice.
[[nodiscard]] std::optional<std::string_view> query_parameter(std::string_view query, std::string_view name);

/// False if it is there and no whole number from `least` to `most`.
template <class Number>
[[nodiscard]] bool read_number(std::optional<std::string_view> text, Number& number, Number least,
                               Number most) {
  if (!text) return true;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, number);
  return error == std::errc{} && rest == end && number >= least && number <= most;
}

}  // namespace tonearm::http
