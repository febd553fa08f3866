#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bounded_queue.hpp"
#include "base/clock.hpp"
#include "media/rtp_packet.hpp"

namespace tonearm::media {

/// One received packet, copied out of the packet path.
struct TappedPacket {
  static constexpr std::size_t kPayloadMax = 480;  ///< 60 ms of G.711; longer ones are cut.

  base::TimePoint arrival;
  RtpHeader header;
  std::uint16_t size = 0;
  std::array<std::uint8_t, kPayloadMax> payload;

  [[nodiscard]] std::span<const std::uint8_t> audio() const { return std::span(payload).first(size); }
};

/// Hands what a session receives to one other thread: a recorder, or a phone that listens. What finds the
/// ring full is dropped and counted. Threading: filled by the media thread, drained by one consumer.
using ReceiveTap = base::SpscRing<TappedPacket>;

}  // namespace tonearm::media
