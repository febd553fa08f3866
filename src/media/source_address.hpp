#pragma once

#include <array>
#include <cstdint>

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/endpoint.hpp"

namespace tonearm::media {

/// An IPv4 or IPv6 address with port in binary: compared per packet, so without text and without allocation.
/// Threading: a value.
class SourceAddress {
 public:
  SourceAddress() = default;
  /// Empty unless the family is IPv4 or IPv6.
  [[nodiscard]] static SourceAddress from(const sockaddr* address);
  /// Empty if the endpoint is empty or no literal.
  [[nodiscard]] static SourceAddress from(const base::Endpoint& endpoint);

  [[nodiscard]] bool empty() const { return family_ == AF_UNSPEC; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] SourceAddress with_port(std::uint16_t port) const;
  [[nodiscard]] bool same_host(const SourceAddress& other) const {
    return family_ == other.family_ && bytes_ == other.bytes_;
  }
  /// 0.0.0.0 or ::, the old way to say "hold" (RFC 2543 §B.5).
  [[nodiscard]] bool is_unspecified() const { return bytes_ == decltype(bytes_){}; }

  /// Writes the form the kernel wants; answers its length.
  socklen_t store(sockaddr_storage& out) const;
  [[nodiscard]] base::Endpoint to_endpoint() const;

  bool operator==(const SourceAddress&) const = default;

 private:
  sa_family_t family_ = AF_UNSPEC;
  std::uint16_t port_ = 0;                // host byte order
  std::uint32_t scope_ = 0;               // of link-local IPv6
  std::array<std::uint8_t, 16> bytes_{};  // IPv4 in the first four
};

}  // namespace tonearm::media
