#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tonearm::base {

/// An IPv4 or IPv6 network in CIDR notation; a single address is a network of full length.
/// Threading: a value.
class Network {
 public:
  /// `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7`. Bits behind the prefix must be zero: they are mostly a slip.
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);

  /// `address` is a literal without brackets; IPv4-mapped IPv6 counts as IPv4. False for anything else.
  [[nodiscard]] bool contains(std::string_view address) const;
  [[nodiscard]] std::string to_string() const;

  auto operator<=>(const Network&) const = default;

 private:
  bool v6_ = false;
  std::array<std::uint8_t, 16> bytes_{};  ///< IPv4 uses the first four.
  int prefix_ = 0;                        ///< [bits]
};

/// True for an address literal that only this machine can reach.
[[nodiscard]] bool is_loopback(std::string_view address);
/// True for an IPv4 or IPv6 literal without brackets or port.
[[nodiscard]] bool is_address(std::string_view text);

}  // namespace tonearm::base
