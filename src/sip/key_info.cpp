#include "sip/key_info.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <string>

namespace tonearm::sip {
namespace {

using call::Tone;

constexpr std::uint8_t kLastEvent = 16;  // flash; the order of Tone is that of the events

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::optional<Tone> key_of(std::string_view sign) {
  constexpr std::string_view kSigns = "0123456789*#abcd!";
  const std::string text = lower(trimmed(sign));
  if (text == "hf" || text == "flash") return Tone::flash;
  if (text.size() == 1) {
    const auto at = kSigns.find(text.front());
    return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<Tone>(at));
  }
  std::uint8_t event = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), event);
  if (error != std::errc{} || end != text.data() + text.size() || event > kLastEvent) return std::nullopt;
  return static_cast<Tone>(event);
}

/// The value of "signal" among lines of "name=value"; nothing if there is no such line.
std::optional<std::string_view> signal_in(std::string_view body) {
  while (!body.empty()) {
    const auto end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    const auto equals = line.find('=');
    if (equals != std::string_view::npos && lower(trimmed(line.substr(0, equals))) == "signal")
      return line.substr(equals + 1);
  }
  return std::nullopt;
}

}  // namespace

bool is_key(const Message& info) {
  return info.content_type == "application/dtmf-relay" || info.content_type == "application/dtmf";
}

std::optional<call::Tone> key_in(std::string_view body) {
  return key_of(signal_in(body).value_or(body));
}

}  // namespace tonearm::sip
