#pragma once

#include <chrono>
#include <cstdint>

namespace tonearm::call {

/// What a leg's media session counted, for call records. A value.
struct MediaStats {
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t packets_lost = 0;         ///< On the way to us.
  std::chrono::microseconds jitter{0};    ///< Of what we received (RFC 3550 §6.4.1).
  std::uint64_t remote_packets_lost = 0;  ///< On the way from us, by the far end's last report.
  std::chrono::microseconds remote_jitter{0};
  std::chrono::microseconds round_trip{0};  ///< 0: never measured.

  /// Sound went one way only.
  [[nodiscard]] bool one_way() const { return (packets_sent == 0) != (packets_received == 0); }
  bool operator==(const MediaStats&) const = default;
};

}  // namespace tonearm::call
