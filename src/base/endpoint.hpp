#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>

namespace tonearm::base {

/// An IPv4 or IPv6 address literal and a port: where packets come from or go to. Never a host name.
/// Threading: a value.
struct Endpoint {
  std::string address;  ///< Without brackets; empty = none.
  std::uint16_t port = 0;

  /// `127.0.0.1:5060` or `[::1]:5060`; a port is required.
  [[nodiscard]] static std::optional<Endpoint> parse(std::string_view text);
  [[nodiscard]] static Endpoint from_sockaddr(const sockaddr* address);
  /// False if `address` is no literal.
  [[nodiscard]] bool to_sockaddr(sockaddr_storage& out, socklen_t& length) const;
  [[nodiscard]] bool is_v6() const { return address.find(':') != std::string::npos; }
  [[nodiscard]] bool empty() const { return address.empty(); }
  /// With brackets for IPv6.
  [[nodiscard]] std::string to_string() const;

  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace tonearm::base
