#include "http/own_addresses.hpp"

#include <algorithm>

#include "graph/text.hpp"

namespace tonearm::http {
namespace {

std::string authority_of(std::string_view url) {
  const auto scheme = url.find("://");
  return std::string(scheme == std::string_view::npos ? url : url.substr(scheme + 3));
}

/// Host and port; the port is 0 if none is written. IPv6 without brackets.
struct HostAndPort {
  std::string_view host;
  std::string_view port;
};

HostAndPort split(std::string_view authority) {
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = authority.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {host, colon == std::string_view::npos ? std::string_view{} : authority.substr(colon + 1)};
}

bool is_loopback(const base::Endpoint& local) {
  return local.address == "::1" || local.address.starts_with("127.");
}

bool is_local_port(std::string_view port, const Request& request) {
  if (port.empty()) return request.local.port == (request.secure ? 443 : 80);
  return port == std::to_string(request.local.port);
}

}  // namespace

OwnAddresses::OwnAddresses(std::string public_url, std::vector<std::string> dropin_hosts,
                           std::string https_url)
    : public_url_(std::move(public_url)),
      public_authority_(authority_of(public_url_)),
      dropin_hosts_(std::move(dropin_hosts)),
      https_url_(std::move(https_url)) {}

bool OwnAddresses::is_own_host(const Request& request) const {
  if (graph::equal_any_case(request.host, public_authority_)) return true;
  const auto [host, port] = split(request.host);
  const auto same = [&](const std::string& name) { return graph::equal_any_case(host, name); };
  const bool is_dropin = std::ranges::any_of(dropin_hosts_, same);
  if (is_dropin && (port.empty() || is_local_port(port, request))) return true;
  const bool is_local_name =
      host == request.local.address || (is_loopback(request.local) && same("localhost"));
  return is_local_name && is_local_port(port, request);
}

std::string OwnAddresses::base_url(const Request& request) const {
  if (graph::equal_any_case(request.host, public_authority_) || !is_own_host(request)) return public_url_;
  std::string url = request.secure ? "https://" : "http://";
  std::ranges::transform(request.host, std::back_inserter(url),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return url;
}

std::string OwnAddresses::secure_base_url(const Request& request) const {
  const std::string url = base_url(request);
  return url.starts_with("https://") || https_url_.empty() ? url : https_url_;
}

}  // namespace tonearm::http
