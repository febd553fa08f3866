#include "auth/issuer_documents.hpp"

#include <array>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "auth/errc.hpp"
#include "base/guid.hpp"

namespace tonearm::auth {
namespace {

constexpr std::size_t kKeysMax = 100;
constexpr std::string_view kAnyTenant = "{tenantid}";
constexpr std::string_view kEntra = "https://login.microsoftonline.com/";
constexpr std::string_view kEntraFirstVersion = "https://sts.windows.net/";

base::Result<boost::json::object> json_object(std::string_view text) {
  boost::system::error_code error;
  auto value = boost::json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return base::fail(AuthErrc::issuer_unusable, "it is no JSON object");
  return std::move(value.as_object());
}

base::Result<std::string> text_member(const boost::json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  if (!value || !value->is_string() || value->get_string().empty())
    return base::fail(AuthErrc::issuer_unusable, std::string("it names no ") + name);
  return std::string(value->get_string());
}

/// Keys say what they are for, or nothing.
bool is_for_signatures(const boost::json::object& jwk) {
  const auto* use = jwk.if_contains("use");
  return !use || (use->is_string() && use->get_string() == "sig");
}

std::string_view without_slash(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

/// Where the path of a URL has its segments.
struct Segment {
  std::size_t at = 0;
  std::string_view text;
};

std::vector<Segment> segments_of(std::string_view url) {
  std::vector<Segment> segments;
  const auto scheme = url.find("://");
  auto slash = scheme == std::string_view::npos ? scheme : url.find('/', scheme + 3);
  while (slash != std::string_view::npos) {
    const auto end = url.find('/', slash + 1);
    segments.push_back(
        {slash + 1, url.substr(slash + 1, end == std::string_view::npos ? end : end - slash - 1)});
    slash = end;
  }
  return segments;
}

/// `{tenantid}` in place of the words that Entra has for "any".
std::string with_tenant_pattern(std::string_view url) {
  std::string name(url);
  if (!url.starts_with(kEntra)) return name;
  for (const Segment& segment : segments_of(url)) {
    if (segment.text == "common" || segment.text == "organizations")
      return name.replace(segment.at, segment.text.size(), kAnyTenant);
  }
  return name;
}

}  // namespace

base::Result<DiscoveryDocument> parse_discovery(std::string_view text) {
  const auto object = json_object(text);
  if (!object) return std::unexpected(object.error());
  auto issuer = text_member(*object, "issuer");
  if (!issuer) return std::unexpected(issuer.error());
  auto keys = text_member(*object, "jwks_uri");
  if (!keys) return std::unexpected(keys.error());
  return DiscoveryDocument{std::move(*issuer), std::move(*keys)};
}

base::Result<std::vector<PublicKey>> parse_key_set(std::string_view text) {
  const auto object = json_object(text);
  if (!object) return std::unexpected(object.error());
  std::vector<PublicKey> keys;
  const auto* list = object->if_contains("keys");
  if (!list || !list->is_array()) return base::fail(AuthErrc::issuer_unusable, "it has no keys");
  for (const auto& jwk : list->get_array()) {
    if (keys.size() == kKeysMax) break;
    if (!jwk.is_object() || !is_for_signatures(jwk.get_object())) continue;
    if (auto key = PublicKey::from_jwk(jwk.get_object())) keys.push_back(std::move(*key));
  }
  if (keys.empty()) return base::fail(AuthErrc::issuer_unusable, "it has no RSA keys for signatures");
  return keys;
}

IssuerName::IssuerName(std::string_view url) : name_(with_tenant_pattern(without_slash(url))) {
  const std::string written = name_;  // which the segments are parts of
  const auto segments = segments_of(written);
  if (name_.starts_with(kEntra) && segments.size() == 1)
    name_ = std::string(kEntraFirstVersion) + std::string(segments.front().text);
  for (const Segment& segment : segments) {
    if (const auto tenant = base::Guid::parse(segment.text)) tenant_ = tenant->to_string();
  }
}

bool IssuerName::accepts(std::string_view iss, std::string_view tenant) const {
  const auto id = base::Guid::parse(tenant);
  if (!tenant_.empty() && (!id || id->to_string() != tenant_)) return false;
  std::string expected = name_;
  if (const auto at = expected.find(kAnyTenant); at != std::string::npos) {
    if (!id) return false;
    expected.replace(at, kAnyTenant.size(), id->to_string());
  }
  return without_slash(iss) == expected;
}

bool IssuerName::is(std::string_view document_issuer) const {
  return without_slash(document_issuer) == name_;
}

}  // namespace tonearm::auth
