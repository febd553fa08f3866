#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"

namespace tonearm::config {

/// A number of bytes, written `512B`, `32KiB`, `50MiB`, `1GiB`, `2TiB`.
struct Bytes {
  std::uint64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};

constexpr Bytes kib(std::uint64_t n) {
  return {n << 10};
}
constexpr Bytes mib(std::uint64_t n) {
  return {n << 20};
}
constexpr Bytes gib(std::uint64_t n) {
  return {n << 30};
}

/// A number of threads; 0 = as many as fit the machine, written `"auto"`.
struct Threads {
  int count = 0;
  [[nodiscard]] bool automatic() const { return count == 0; }
  auto operator<=>(const Threads&) const = default;
};

/// UDP ports for RTP, both ends included, written `20000-29999`.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  auto operator<=>(const PortRange&) const = default;
};

enum class SipTransport { udp, tcp, tls };

/// Where SIP is listened for: `udp:192.0.2.1:5060`.
struct SipListener {
  SipTransport transport = SipTransport::udp;
  base::Endpoint endpoint;
  auto operator<=>(const SipListener&) const = default;
};

/// A whole number and one of ms, s, m, h, d.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
[[nodiscard]] std::optional<Bytes> parse_bytes(std::string_view text);
/// Ports 1024…65535, first < last.
[[nodiscard]] std::optional<PortRange> parse_ports(std::string_view text);
[[nodiscard]] std::optional<SipListener> parse_sip_listener(std::string_view text);

/// In the largest unit that stays whole.
[[nodiscard]] std::string to_string(std::chrono::milliseconds duration);
[[nodiscard]] std::string to_string(Bytes bytes);
[[nodiscard]] std::string to_string(const SipListener& listener);

}  // namespace tonearm::config
