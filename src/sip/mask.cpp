#include "sip/mask.hpp"

#include <algorithm>
#include <cctype>

namespace tonearm::sip {
namespace {

constexpr std::size_t kLongNumber = 7;  // digits; shorter ones would be told by their last two
constexpr std::size_t kKept = 2;        // digits of a long number that stay
constexpr char kMask = 'x';
constexpr std::string_view kEndOfAddress = ">,\" \t\r\n";

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// Digits with nothing around them but what people write into numbers; `%2B` is a plus sign.
bool is_number(std::string_view text) {
  if (lower(text.substr(0, 3)) == "%2b") text.remove_prefix(3);
  return std::ranges::any_of(text, is_digit) && std::ranges::all_of(text, [](char c) {
           return is_digit(c) || std::string_view("+-.() *#").find(c) != std::string_view::npos;
         });
}

void mask_digits(std::string& text, std::size_t from, std::size_t to) {
  if (lower(std::string_view(text).substr(from, 3)) == "%2b") from += 3;
  const auto begin = text.begin() + static_cast<std::ptrdiff_t>(from);
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(to);
  auto left = static_cast<std::size_t>(std::count_if(begin, end, is_digit));
  if (left >= kLongNumber) left -= kKept;
  for (auto at = begin; at < end && left > 0; ++at) {
    if (!is_digit(*at)) continue;
    *at = kMask;
    --left;
  }
}

/// "+14255550100;npdi;rn=+14255550101": the pieces between separators, each by itself.
void mask_pieces(std::string& text, std::size_t from, std::size_t to) {
  while (from < to) {
    const std::size_t end = std::min(text.find_first_of(";:=", from), to);
    mask_digits(text, from, end);
    from = end + 1;
  }
}

void mask_addresses(std::string& text, std::size_t end) {
  for (std::size_t colon = text.find(':'); colon < end; colon = text.find(':', colon + 1)) {
    const std::string_view before = std::string_view(text).substr(0, colon);
    const std::string scheme = lower(before.substr(before.find_last_of(" \t\r\n<\"=,:;?") + 1));
    const std::size_t begin = colon + 1;
    if (scheme == "tel") mask_pieces(text, begin, std::min(text.find_first_of(kEndOfAddress, begin), end));
    if (scheme != "sip" && scheme != "sips") continue;
    const std::size_t at = text.find('@', begin);
    if (at >= std::min(text.find_first_of(kEndOfAddress, begin), end)) continue;  // a host, not a user
    const std::string_view user = std::string_view(text).substr(begin, at - begin);
    if (is_number(user.substr(0, user.find_first_of(";:")))) mask_pieces(text, begin, at);
  }
}

/// What stands before `<`, with quotes or without.
void mask_display_names(std::string& text, std::size_t end) {
  for (std::size_t open = text.find('<'); open < end; open = text.find('<', open + 1)) {
    const std::string_view before = std::string_view(text).substr(0, open);
    const std::size_t last = before.find_last_not_of(" \t\"");
    if (last == std::string_view::npos) return;
    const std::size_t begin = before.find_last_of("\":,\n", last) + 1;
    if (begin <= last && is_number(before.substr(begin, last + 1 - begin)))
      mask_digits(text, begin, last + 1);
  }
}

/// Some phones put their number where SDP names the user: "o=14255550100 1 1 IN IP4 …".
void mask_origin(std::string& text, std::size_t body) {
  const std::size_t line = text.find("\no=", body);
  if (line == std::string::npos) return;
  const std::size_t end = std::min(text.find_first_of(" \r\n", line + 3), text.size());
  if (is_number(std::string_view(text).substr(line + 3, end - line - 3))) mask_digits(text, line + 3, end);
}

/// The two ways to send keys by INFO: a body that is the key, and "Signal=5" among other lines.
void mask_keys(std::string& text, std::size_t body) {
  const std::string head = lower(std::string_view(text).substr(0, body));
  if (head.find("application/dtmf") == std::string::npos) return;
  const bool relay = head.find("application/dtmf-relay") != std::string::npos;
  const std::size_t signal = relay ? lower(text).find("signal", body) : body;
  if (signal == std::string::npos) return;
  const std::size_t begin = relay ? std::min(text.find('=', signal), text.size() - 1) + 1 : body;
  const std::size_t end = std::min(relay ? text.find_first_of("\r\n", begin) : text.size(), text.size());
  for (std::size_t at = begin; at < end; ++at) {
    if (!is_space(text[at])) text[at] = kMask;
  }
}

}  // namespace

std::string without_numbers(std::string_view message) {
  std::string text(message);
  const std::size_t body = std::min({text.find("\r\n\r\n"), text.find("\n\n"), text.size()});
  mask_addresses(text, body);
  mask_display_names(text, body);
  mask_origin(text, body);
  mask_keys(text, body);
  return text;
}

}  // namespace tonearm::sip
