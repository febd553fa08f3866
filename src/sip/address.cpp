#include "sip/address.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.hpp"
#include "base/network.hpp"

namespace tonearm::sip {
namespace {

constexpr std::uint16_t kAnyPort = 9;  // nothing is sent to it

const std::vector<base::Network>& private_networks() {
  static const std::vector<base::Network> networks = [] {
    std::vector<base::Network> made;
    for (const char* text :
         {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
          "0.0.0.0/8", "fe80::/10", "fc00::/7", "::1", "::"}) {
      made.push_back(base::Network::parse(text).value());
    }
    return made;
  }();
  return networks;
}

}  // namespace

bool is_private_address(const std::string& address) {
  return std::ranges::any_of(private_networks(),
                             [&](const auto& network) { return network.contains(address); });
}

bool is_unspecified_address(const std::string& address) {
  return address == "0.0.0.0" || address == "::";
}

bool is_address_literal(const std::string& address) {
  return base::is_address(address);
}

std::optional<std::string> address_towards(const std::string& address) {
  sockaddr_storage target{};
  socklen_t length = 0;
  if (!base::Endpoint{address, kAnyPort}.to_sockaddr(target, length)) return std::nullopt;
  const int descriptor = socket(target.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return std::nullopt;
  sockaddr_storage own{};
  socklen_t own_length = sizeof own;
  const bool found = connect(descriptor, reinterpret_cast<sockaddr*>(&target), length) == 0 &&
                     getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &own_length) == 0;
  close(descriptor);
  if (!found) return std::nullopt;
  return base::Endpoint::from_sockaddr(reinterpret_cast<sockaddr*>(&own)).address;
}

std::optional<std::string> resolve_blocking(const std::string& host) {
  if (is_address_literal(host)) return host;
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(found, freeaddrinfo);
  return base::Endpoint::from_sockaddr(found->ai_addr).address;
}

}  // namespace tonearm::sip
