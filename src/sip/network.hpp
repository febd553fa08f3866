#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tonearm::sip {

/// True for address literals that only mean something inside one site: RFC 1918, RFC 6598, link-local,
/// loopback, IPv6 unique-local; and for those that name nobody (0.0.0.0, ::). A name is not private.
[[nodiscard]] bool is_private_address(const std::string& address);
/// 0.0.0.0 or ::, the old way to say "hold" (RFC 3264 §8.4).
[[nodiscard]] bool is_unspecified_address(const std::string& address);
/// An IPv4 or IPv6 literal.
[[nodiscard]] bool is_address_literal(const std::string& address);

/// `192.0.2.0/24`, `2001:db8::/32`, or one address. A value.
class Network {
 public:
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const std::string& address) const;

 private:
  std::array<std::uint8_t, 16> prefix_{};
  int bits_ = 0;  ///< Of the 128; IPv4 is kept as v4-mapped.
};

}  // namespace tonearm::sip
