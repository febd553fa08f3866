#include "net/url.hpp"

#include <algorithm>
#include <charconv>

#include <boost/url.hpp>

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
  return url;
}

}  // namespace

base::Result<Url> Url::parse(std::string_view text) {
  if (text.size() > kUrlMax) return base::fail(NetErrc::invalid_url, "longer than 8192 characters");
  const auto view = urls::parse_uri(text);
  if (!view) return base::fail(NetErrc::invalid_url, std::string(text.substr(0, 200)));
  return from_view(*view, text);
}

base::Result<Url> Url::resolve(std::string_view reference) const {
  if (reference.size() > kUrlMax) return base::fail(NetErrc::invalid_url, "longer than 8192 characters");
  const std::string base_text = to_string();
  const auto base_view = urls::parse_uri(base_text);
  const auto relative = urls::parse_uri_reference(reference);
  urls::url resolved;
  if (!base_view || !relative || !urls::resolve(*base_view, *relative, resolved))
    return base::fail(NetErrc::invalid_url, std::string(reference.substr(0, 200)));
  return from_view(resolved, reference);
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
