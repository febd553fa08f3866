#include "net/url.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <arpa/inet.h>
#include <boost/url.hpp>
#include <fmt/format.h>

#include "net/errc.hpp"

namespace tonearm::net {
namespace {

namespace urls = boost::urls;

constexpr std::size_t kUrlMax = 8192;

std::string host_of(const urls::url_view& view) {
  const auto encoded = view.encoded_host_address();  // IPv6 without its brackets
  std::string host(encoded.data(), encoded.size());
  std::ranges::transform(host, host.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  });
  return host;
}

/// 127.1, 0x7f000001, 2130706433 and 0177.0.0.1 are addresses to the C library and names to others, and an
/// escape is a letter to one reader and three to the next: what has two meanings has none here. A name whose
/// last label is a number is an address in four decimal parts or nothing (as the WHATWG's URLs).
bool is_plain(const std::string& host) {
  const auto letter = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  if (host.find(':') != std::string::npos) return true;  // IPv6, as the parser has found it
  if (!std::ranges::all_of(host, letter)) return false;
  std::string_view name = host;
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::string_view last = name.substr(name.rfind('.') + 1);
  if (last.empty()) return false;
  const bool number =
      last.find_first_not_of("0123456789") == std::string_view::npos ||
      (last.starts_with("0x") && last.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos);
  if (!number) return true;
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

std::string target_of(const urls::url_view& view) {
  const auto encoded = view.encoded_target();
  std::string target(encoded.data(), encoded.size());
  if (target.empty() || target.front() != '/') target.insert(0, "/");
  return target;
}

/// 0 if it is no port. Boost's `port_number` wraps around.
std::uint16_t port_of(const urls::url_view& view, bool secure) {
  const auto text = view.port();
  if (text.empty()) return secure ? 443 : 80;
  std::uint16_t port = 0;
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), port);
  return errc == std::errc{} && end == text.data() + text.size() ? port : 0;
}

base::Result<Url> from_view(const urls::url_view& view, std::string_view text) {
  const bool secure = view.scheme_id() == urls::scheme::https;
  if (!secure && view.scheme_id() != urls::scheme::http)
    return base::fail(NetErrc::invalid_url, "only http and https can be fetched");
  if (view.has_userinfo()) return base::fail(NetErrc::invalid_url, "it must not carry a user or password");
  Url url{secure, host_of(view), port_of(view, secure), target_of(view)};
  if (url.host.empty() || url.port == 0)
    return base::fail(NetErrc::invalid_url, std::string(text.substr(0, 200)));
  if (!is_plain(url.host))
    return base::fail(NetErrc::invalid_url, "its host is neither a name nor an address");
  return url;
}

/// RFC 3986 §4.2: a colon behind a slash belongs to the path.
bool has_scheme(std::string_view text) {
  const auto end = text.find_first_of(":/?#");
  return end != std::string_view::npos && text[end] == ':';
}

/// Boost 1.81 asserts on a URI that ends with its scheme: "x:".
bool has_authority(std::string_view text) {
  return has_scheme(text) && text.substr(text.find(':')).starts_with("://");
}

/// Boost 1.81 takes "127.0.0.1%00" and "1.2.3.4.example.com" for the address that they begin with and forgets
/// the rest. That is refused.
bool is_whole(std::string_view authority, std::string_view text) {
  std::string_view rest = text.substr(text.find("://") + 3);
  if (!rest.starts_with(authority)) return false;
  rest.remove_prefix(authority.size());
  return rest.empty() || std::string_view("/?#").contains(rest.front());
}

/// Path, and query with its question mark.
std::pair<std::string_view, std::string_view> split(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return {path, target.substr(path.size())};
}

/// RFC 3986 §5.2.4, of a path that begins with a slash.
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/', 1));  // with its slash
    path.remove_prefix(segment.size());
    const bool up = segment == "/..";
    if (up) out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
    if (!up && segment != "/.") {
      out += segment;
    } else if (path.empty()) {
      out += '/';
    }
  }
  return out;
}

base::Result<Url> dots_resolved(base::Result<Url> url) {
  if (!url) return url;
  const auto [path, query] = split(url->target);
  url->target = without_dots(path) + std::string(query);
  return url;
}

}  // namespace

base::Result<Url> Url::parse(std::string_view text) {
  if (text.size() > kUrlMax) return base::fail(NetErrc::invalid_url, "longer than 8192 characters");
  if (!has_authority(text)) return base::fail(NetErrc::invalid_url, std::string(text.substr(0, 200)));
  const auto view = urls::parse_uri(text);
  if (!view ||
      !is_whole(std::string_view(view->encoded_authority().data(), view->encoded_authority().size()), text))
    return base::fail(NetErrc::invalid_url, std::string(text.substr(0, 200)));
  return from_view(*view, text);
}

/// RFC 3986 §5.2. Not by Boost 1.81, whose `resolve` forgets the length of a path from which it took dots,
/// and then asserts.
base::Result<Url> Url::resolve(std::string_view reference) const {
  if (reference.size() > kUrlMax) return base::fail(NetErrc::invalid_url, "longer than 8192 characters");
  reference = reference.substr(0, reference.find('#'));
  if (has_scheme(reference)) return dots_resolved(parse(reference));
  if (reference.starts_with("//")) return dots_resolved(parse(fmt::format("{}:{}", scheme(), reference)));
  const auto [path, query] = split(reference);
  const auto [own_path, own_query] = split(target);
  std::string whole(path);
  if (path.empty()) {
    whole = std::string(own_path);
  } else if (path.front() != '/') {
    whole = fmt::format("{}{}", own_path.substr(0, own_path.rfind('/') + 1), path);
  }
  const bool keeps_query = path.empty() && query.empty();
  return dots_resolved(parse(fmt::format("{}{}{}", origin(), whole, keeps_query ? own_query : query)));
}

std::string Url::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  std::string text = v6 ? "[" + host + "]" : host;
  if (port != (secure ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

std::string Url::origin() const {
  return std::string(scheme()) + "://" + authority();
}

std::string Url::to_string() const {
  return origin() + target;
}

}  // namespace tonearm::net
