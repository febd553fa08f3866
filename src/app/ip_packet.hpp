#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"

namespace tonearm::app {

// IP packets as they may have looked, from what is known of them: addresses, ports, payload. IPv4 if both
// addresses are, else IPv6 (with an IPv4 address mapped into it). Pure.

struct IpFlow {
  base::Endpoint from;
  base::Endpoint to;
};

/// A packet's payload, of which the end may be missing.
struct IpPayload {
  std::string_view bytes;
  std::size_t length = 0;  ///< What it was, ≥ `bytes.size()`.
};

struct IpPacket {
  std::string bytes;
  std::size_t length = 0;  ///< With what is missing.
};

[[nodiscard]] IpPacket udp_packet(const IpFlow& flow, IpPayload payload);

/// Where a segment stands in its connection.
struct TcpPlace {
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;  ///< Of the other direction.
};
[[nodiscard]] IpPacket tcp_packet(const IpFlow& flow, TcpPlace place, IpPayload payload);

}  // namespace tonearm::app
