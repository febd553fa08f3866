#include "auth/form.hpp"

#include <algorithm>
#include <charconv>

#include "auth/detail/base64.hpp"

namespace tonearm::auth {

std::string form_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned char byte = 0;
    const char* digits = text.data() + at + 1;
    const bool escaped = text[at] == '%' && at + 2 < text.size() &&
                         std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    if (escaped) {
      plain.push_back(static_cast<char>(byte));
      at += 2;
    } else {
      plain.push_back(text[at] == '+' ? ' ' : text[at]);
    }
  }
  return plain;
}

Form parse_form(std::string_view body) {
  Form form;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    form.try_emplace(form_decoded(pair.substr(0, equals)), form_decoded(pair.substr(equals + 1)));
  }
  return form;
}

std::optional<BasicCredentials> parse_basic(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  const auto is_same_letter = [](char sent, char lower) {
    return sent == lower || (sent >= 'A' && sent <= 'Z' && (sent | 0x20) == lower);
  };
  if (!std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, is_same_letter))
    return std::nullopt;
  const auto plain = detail::from_base64(authorization.substr(kScheme.size()));
  if (!plain) return std::nullopt;
  const auto colon = plain->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{plain->substr(0, colon), plain->substr(colon + 1)};
}

}  // namespace tonearm::auth
