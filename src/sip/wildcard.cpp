#include "sip/wildcard.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include <ifaddrs.h>
#include <netinet/in.h>

#include "base/network.hpp"
#include "sip/address.hpp"

namespace tonearm::sip {
namespace {

bool is_link_local(const sockaddr* address) {
  if (address->sa_family != AF_INET6) return false;
  return IN6_IS_ADDR_LINKLOCAL(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr) != 0;
}

/// Addresses of all interfaces, each once, loopback last.
std::vector<std::string> own_addresses(int family) {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> guard(first, freeifaddrs);
  std::vector<std::string> addresses;
  std::vector<std::string> loopback;
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != family) continue;
    if (is_link_local(one->ifa_addr)) continue;
    std::string address = base::Endpoint::from_sockaddr(one->ifa_addr).address;
    auto& kind = base::is_loopback(address) ? loopback : addresses;
    if (std::ranges::find(kind, address) == kind.end()) kind.push_back(std::move(address));
  }
  std::ranges::move(loopback, std::back_inserter(addresses));
  return addresses;
}

}  // namespace

std::vector<ListenAddress> concrete_listeners(const ListenAddress& configured) {
  if (!is_unspecified_address(configured.endpoint.address)) return {configured};
  std::vector<ListenAddress> listeners;
  for (const std::string& address : own_addresses(configured.endpoint.is_v6() ? AF_INET6 : AF_INET)) {
    listeners.push_back({configured.transport, {address, configured.endpoint.port}});
  }
  return listeners;
}

}  // namespace tonearm::sip
