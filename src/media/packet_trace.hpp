#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "media/rtp_packet.hpp"
#include "media/source_address.hpp"

namespace tonearm::media {

/// What is remembered of one RTP packet. Its payload is speech or keys, and is not. Threading: a value.
struct TracedPacket {
  base::WallTime at;  ///< The tick that received or sent it; the kernel's stamp if sockets give one.
  SourceAddress far;
  std::array<std::uint8_t, kRtpHeaderBytes> header{};  ///< As on the wire.
  std::uint16_t bytes = 0;                             ///< The whole packet's, this header included.
  bool sent = false;                                   ///< Else received.
};
static_assert(sizeof(TracedPacket) <= 48, "a ring is 24 KiB of locked memory in each session");

/// The last packets of a session, both directions, oldest forgotten first: about five seconds of a duplex
/// call. Holds its own memory, so that writing down a packet neither allocates nor waits.
/// Threading: media thread while the stream is attached, then anyone's.
class PacketTrace {
 public:
  static constexpr std::size_t kPackets = 512;  ///< Power of two.

  /// `packet`: at least an RTP header, at most a datagram.
  void add(base::WallTime at, bool sent, const SourceAddress& far, std::span<const std::uint8_t> packet);
  /// The packet written down last was one to be sent, and was not.
  void take_back_sent();

  /// Oldest first; answers how many.
  std::size_t copy_to(std::span<TracedPacket, kPackets> out) const;
  /// As `copy_to`; allocates.
  [[nodiscard]] std::vector<TracedPacket> read() const;

 private:
  std::array<TracedPacket, kPackets> packets_;
  std::size_t next_ = 0;
  std::size_t size_ = 0;
};

/// What a session has to tell.
struct SessionPackets {
  base::Endpoint local;
  std::vector<TracedPacket> packets;  ///< Oldest first.
};

}  // namespace tonearm::media
