#include "net/address_policy.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>

#include <ifaddrs.h>

#include "net/errc.hpp"

namespace tonearm::net {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

bool has_prefix(std::span<const unsigned char> bytes, std::span<const unsigned char> prefix, unsigned bits) {
  for (unsigned at = 0; at < bits; at += 8) {
    const unsigned left = std::min(bits - at, 8u);
    const auto mask = static_cast<unsigned char>(0xff << (8 - left));
    if ((bytes[at / 8] ^ prefix[at / 8]) & mask) return false;
  }
  return true;
}

bool in_v4(const address_v4& value, const char* prefix, unsigned bits) {
  return has_prefix(value.to_bytes(), boost::asio::ip::make_address_v4(prefix).to_bytes(), bits);
}

bool in_v6(const address_v6& value, const char* prefix, unsigned bits) {
  return has_prefix(value.to_bytes(), boost::asio::ip::make_address_v6(prefix).to_bytes(), bits);
}

/// The IPv4 address that a packet to this IPv6 address may end at.
std::optional<address_v4> embedded_v4(const address_v6& value) {
  const auto bytes = value.to_bytes();
  const auto at = [&](std::size_t i) {
    return address_v4({bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]});
  };
  if (value.is_v4_mapped() || in_v6(value, "64:ff9b::", 96)) return at(12);  // RFC 4291 §2.5.5.2, RFC 6052
  if (in_v6(value, "2002::", 16)) return at(2);                              // RFC 3056
  return std::nullopt;
}

address normalised(const address& value) {
  if (!value.is_v6()) return value;
  const auto v4 = embedded_v4(value.to_v6());
  return v4 ? address(*v4) : value;
}

// Where clouds answer with credentials; those in 169.254/16 are link-local besides.
bool is_metadata(const address_v4& value) {
  return value == boost::asio::ip::make_address_v4("169.254.169.254") ||
         value == boost::asio::ip::make_address_v4("169.254.170.2") ||
         value == boost::asio::ip::make_address_v4("100.100.100.200") ||
         value == boost::asio::ip::make_address_v4("192.0.0.192");
}

/// RFC 6890 and its registry.
AddressClass classify_v4(const address_v4& value) {
  if (is_metadata(value)) return AddressClass::metadata;
  if (value.is_loopback()) return AddressClass::loopback;
  if (value.is_multicast()) return AddressClass::multicast;
  if (in_v4(value, "169.254.0.0", 16)) return AddressClass::link_local;
  if (in_v4(value, "10.0.0.0", 8) || in_v4(value, "172.16.0.0", 12) || in_v4(value, "192.168.0.0", 16) ||
      in_v4(value, "100.64.0.0", 10))
    return AddressClass::private_range;
  if (in_v4(value, "0.0.0.0", 8) || in_v4(value, "240.0.0.0", 4)) return AddressClass::reserved;
  return AddressClass::global;
}

AddressClass classify_v6(const address_v6& value) {
  if (value == boost::asio::ip::make_address_v6("fd00:ec2::254")) return AddressClass::metadata;
  if (value.is_loopback()) return AddressClass::loopback;
  if (value.is_multicast()) return AddressClass::multicast;
  if (value.is_link_local()) return AddressClass::link_local;
  if (in_v6(value, "fc00::", 7) || in_v6(value, "fec0::", 10)) return AddressClass::private_range;
  if (in_v6(value, "::", 96)) return AddressClass::reserved;  // unspecified, and IPv4-compatible
  return AddressClass::global;
}

bool is_local_interface(const address& value) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return false;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
  const std::string text = value.to_string();
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next) {
    if (entry->ifa_addr && base::Endpoint::from_sockaddr(entry->ifa_addr).address == text) return true;
  }
  return false;
}

std::string host_and_port(const Url& url) {
  return url.host + ":" + std::to_string(url.port);
}

}  // namespace

AddressClass classify(const address& value) {
  const address plain = normalised(value);
  return plain.is_v4() ? classify_v4(plain.to_v4()) : classify_v6(plain.to_v6());
}

const char* describe(AddressClass address_class) {
  switch (address_class) {
    case AddressClass::global:
      return "a public address";
    case AddressClass::loopback:
      return "a loopback address";
    case AddressClass::private_range:
      return "a private address";
    case AddressClass::link_local:
      return "a link-local address";
    case AddressClass::metadata:
      return "a cloud metadata address";
    case AddressClass::multicast:
      return "a multicast address";
    case AddressClass::reserved:
      return "a reserved address";
  }
  return "an unknown kind of address";
}

void AddressPolicy::trust(const Url& url) {
  trusted_hosts.push_back(host_and_port(url));
}

base::Result<void> AddressPolicy::check_url(const Url& url) const {
  if (!url.secure && !allow_plain_http && !is_trusted(url))
    return base::fail(NetErrc::address_refused, "plain http is not allowed, use https");
  return {};
}

base::Result<void> AddressPolicy::check_address(const Url& url, const address& target) const {
  const auto refuse = [&](const std::string& what) {
    return base::fail(NetErrc::address_refused, url.host + " is " + what);
  };
  const AddressClass kind = classify(target);
  if (kind == AddressClass::link_local || kind == AddressClass::metadata || kind == AddressClass::multicast ||
      kind == AddressClass::reserved)
    return refuse(describe(kind));
  if (is_own_listener(target, url.port)) return refuse("this server itself");
  const std::string target_text = normalised(target).to_string();
  const auto holds = [&](const base::Network& network) { return network.contains(target_text); };
  if (std::ranges::any_of(deny, holds)) return refuse("in a denied network");
  if (kind == AddressClass::global || is_trusted(url) || std::ranges::any_of(allow, holds)) return {};
  if (kind == AddressClass::loopback && allow_loopback) return {};
  return refuse(describe(kind));
}

bool AddressPolicy::is_trusted(const Url& url) const {
  return std::ranges::find(trusted_hosts, host_and_port(url)) != trusted_hosts.end();
}

bool AddressPolicy::is_own_listener(const address& target, std::uint16_t port) const {
  const address plain = normalised(target);
  return std::ranges::any_of(own_listeners, [&](const base::Endpoint& own) {
    if (own.port != port) return false;
    if (own.address == plain.to_string()) return true;
    return (own.address == "0.0.0.0" || own.address == "::") &&
           (plain.is_loopback() || is_local_interface(plain));
  });
}

}  // namespace tonearm::net
