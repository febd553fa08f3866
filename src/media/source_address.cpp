#include "media/source_address.hpp"

#include <cstring>

#include <arpa/inet.h>

namespace tonearm::media {

SourceAddress SourceAddress::from(const sockaddr* address) {
  SourceAddress result;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    result.family_ = AF_INET;
    result.port_ = ntohs(v4.sin_port);
    std::memcpy(result.bytes_.data(), &v4.sin_addr, 4);
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    result.family_ = AF_INET6;
    result.port_ = ntohs(v6.sin6_port);
    result.scope_ = v6.sin6_scope_id;
    std::memcpy(result.bytes_.data(), &v6.sin6_addr, 16);
  }
  return result;
}

SourceAddress SourceAddress::from(const base::Endpoint& endpoint) {
  sockaddr_storage storage{};
  socklen_t length = 0;
  if (endpoint.empty() || !endpoint.to_sockaddr(storage, length)) return {};
  return from(reinterpret_cast<const sockaddr*>(&storage));
}

SourceAddress SourceAddress::with_port(std::uint16_t port) const {
  SourceAddress result = *this;
  result.port_ = port;
  return result;
}

socklen_t SourceAddress::store(sockaddr_storage& out) const {
  if (family_ == AF_INET) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port_);
    std::memcpy(&v4.sin_addr, bytes_.data(), 4);
    std::memcpy(&out, &v4, sizeof v4);
    return sizeof v4;
  }
  if (family_ == AF_INET6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port_);
    v6.sin6_scope_id = scope_;
    std::memcpy(&v6.sin6_addr, bytes_.data(), 16);
    std::memcpy(&out, &v6, sizeof v6);
    return sizeof v6;
  }
  return 0;
}

base::Endpoint SourceAddress::to_endpoint() const {
  if (empty()) return {};
  sockaddr_storage storage{};
  store(storage);
  return base::Endpoint::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage));
}

}  // namespace tonearm::media
