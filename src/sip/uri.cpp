#include "sip/uri.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "sip/errc.hpp"
#include "sip/libre.hpp"

namespace tonearm::sip {
namespace {

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Calls `found(name, value)` for each ";name=value".
template <class Found>
void for_each_parameter(std::string_view text, Found found) {
  while (!text.empty()) {
    if (text.front() == ';') text.remove_prefix(1);
    const auto end = std::min(text.find(';'), text.size());
    const std::string_view piece = text.substr(0, end);
    const auto equals = std::min(piece.find('='), piece.size());
    found(piece.substr(0, equals), piece.substr(std::min(equals + 1, piece.size())));
    text.remove_prefix(end);
  }
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded =
        text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    out.push_back(coded ? static_cast<char>(hex(text[i + 1]) << 4 | hex(text[i + 2])) : text[i]);
    if (coded) i += 2;
  }
  return out;
}

/// RFC 3261 §25.1 `user`: unreserved and user-unreserved stay, the rest is escaped.
std::string escaped_user(std::string_view text) {
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c) ||
        std::string_view("-_.!~*'()&=+$,;?/").find(static_cast<char>(c)) != std::string_view::npos) {
      out.push_back(static_cast<char>(c));
    } else {
      out += fmt::format("%{:02X}", c);
    }
  }
  return out;
}

/// A name or a literal, all of what stands there: libre takes anything for a name, and finds a literal in the
/// middle of other text. `begin` and `end` are the host's in `text`.
bool is_host(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view host = text.substr(begin, end - begin);
  const bool is_v6 = host.find(':') != std::string_view::npos;
  if (is_v6) {
    if (begin == 0 || text[begin - 1] != '[' || end == text.size() || text[end] != ']') return false;
    --begin;
    ++end;
  }
  const bool alone =
      begin > 0 && (text[begin - 1] == '@' || text[begin - 1] == ':') &&
      (end == text.size() || std::string_view(":;?/").find(text[end]) != std::string_view::npos);
  return alone && !host.empty() && std::ranges::all_of(host, [&](unsigned char c) {
           return std::isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
         });
}

/// libre cuts a port off at 16 bits: 70596 would be 5060. `rest` is what stands behind the host.
bool has_port_in_range(std::string_view rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of("]:"), rest.size()));
  std::uint16_t port = 0;
  return std::from_chars(rest.data(), rest.data() + rest.size(), port).ec != std::errc::result_out_of_range;
}

}  // namespace

std::string SipUri::parameter(std::string_view name) const {
  std::string value;
  for_each_parameter(parameters, [&](std::string_view n, std::string_view v) {
    if (same(n, name)) value = v;
  });
  return value;
}

bool SipUri::has_parameter(std::string_view name) const {
  bool has = false;
  for_each_parameter(parameters, [&](std::string_view n, std::string_view) { has = has || same(n, name); });
  return has;
}

std::string SipUri::transport() const {
  std::string name = parameter("transport");
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

std::string SipUri::to_string() const {
  return fmt::format("{}:{}{}{}{}", scheme, escaped_user(user), user.empty() ? "" : "@",
                     host_port(host, port), parameters);
}

base::Result<SipUri> parse_uri(std::string_view text) {
  if (text.size() > 1024 ||
      std::ranges::any_of(text, [](unsigned char c) { return c <= 0x20 || c == 0x7f; })) {
    return base::fail(SipErrc::malformed_uri);
  }
  uri parsed{};
  const pl whole = to_pl(text);
  if (uri_decode(&parsed, &whole) != 0) return base::fail(SipErrc::malformed_uri, std::string(text));
  SipUri out;
  out.scheme = to_view(parsed.scheme);
  std::ranges::transform(out.scheme, out.scheme.begin(), [](unsigned char c) { return std::tolower(c); });
  if (out.scheme != "sip" && out.scheme != "sips")
    return base::fail(SipErrc::malformed_uri, std::string(text));
  out.user = unescaped(to_view(parsed.user));
  out.host = to_view(parsed.host);
  out.port = parsed.port;
  out.parameters = to_view(parsed.params);
  const auto begin = static_cast<std::size_t>(parsed.host.p - text.data());
  const std::size_t end = begin + parsed.host.l;
  // An @ behind the host would be the user's end for whoever reads what we write.
  if (!is_host(text, begin, end) || !has_port_in_range(text.substr(end)) ||
      text.find('@', end) != std::string_view::npos)
    return base::fail(SipErrc::malformed_uri, std::string(text));
  return out;
}

std::optional<std::string> party_in(std::string_view uri) {
  constexpr std::string_view kTel = "tel:";
  if (same(uri.substr(0, kTel.size()), kTel)) {
    const std::string_view number = uri.substr(kTel.size());
    return unescaped(number.substr(0, number.find(';')));
  }
  const auto parsed = parse_uri(uri);
  if (!parsed) return std::nullopt;
  return parsed->user.empty() ? parsed->host : parsed->user;
}

std::string host_port(const std::string& host, std::uint16_t port) {
  const std::string bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == 0 ? bracketed : fmt::format("{}:{}", bracketed, port);
}

std::string without_separators(std::string_view user) {
  std::string out;
  for (const char c : user) {
    if (std::string_view("-.() ").find(c) == std::string_view::npos) out.push_back(c);
  }
  const std::string_view digits =
      out.starts_with('+') ? std::string_view(out).substr(1) : std::string_view(out);
  const bool number =
      !digits.empty() && std::ranges::all_of(digits, [](unsigned char c) { return std::isdigit(c); });
  return number ? out : std::string(user);
}

}  // namespace tonearm::sip
