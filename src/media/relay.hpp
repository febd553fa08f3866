#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/bounded_queue.hpp"
#include "base/clock.hpp"
#include "media/codec.hpp"
#include "media/locked_memory.hpp"
#include "media/relay_numbers.hpp"
#include "media/rtp_packet.hpp"
#include "media/rtp_sender.hpp"

namespace tonearm::media {

/// One packet of sound on its way from the session that received it to the one that sends it.
struct RelayedPacket {
  static constexpr std::size_t kPayloadMax = 480;  ///< 60 ms of G.711; longer ones are cut.

  Codec codec = Codec::pcmu;
  RtpHeader header;
  std::uint16_t size = 0;
  std::array<std::uint8_t, kPayloadMax> payload;
};

/// Threading: filled by the media thread that receives, drained by the one that sends.
using RelayRing = base::SpscRing<RelayedPacket, LockedAllocator<RelayedPacket>>;

/// One session's end of a conversation between two of them: what comes in goes to the other's far end as it
/// is, within a millisecond, under our own SSRC (an RTP translator, RFC 3550 §7.1). Only another law of G.711
/// is converted. The far ends have jitter buffers; another one here would only add delay. Threading: media
/// thread between join and close; made and destroyed elsewhere.
class Relay {
 public:
  /// 1.28 s of 20 ms packets: a stall of the other thread loses nothing that anybody could still use.
  static constexpr std::size_t kRing = 64;
  /// Packets sent in one wake: more than real time needs, so that what has piled up gets out.
  static constexpr std::size_t kBurst = 4;
  /// So long after the last packet our own silence fills in: the far end must not lose us.
  static constexpr std::chrono::milliseconds kQuiet{200};

  // Read in every wake: see LockedAllocator.
  static void* operator new(std::size_t bytes) { return map_locked(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept { unmap_locked(memory, bytes); }

  Relay(std::shared_ptr<RelayRing> from_peer, std::shared_ptr<RelayRing> to_peer)
      : from_peer_(std::move(from_peer)), to_peer_(std::move(to_peer)) {}

  /// What our far end said. False if the other side does not take it away.
  bool pass_on(Codec codec, const RtpHeader& header, std::span<const std::uint8_t> payload);

  void begin_wake() { used_ = 0; }
  [[nodiscard]] bool may_send() const { return used_ < kBurst; }
  [[nodiscard]] std::optional<RelayedPacket> next() { return from_peer_->pop(); }
  /// Numbered and in `codec`, to be sent now; valid until the next wake. Empty if it comes too late for its
  /// place.
  std::span<const std::uint8_t> make(const RelayedPacket& packet, Codec codec, std::uint8_t payload_type,
                                     RtpSender& sender, base::TimePoint now);

  /// The other side is heard: ticks send nothing of their own.
  [[nodiscard]] bool flowing(base::TimePoint now) const { return flowing_ && now - last_sent_ < kQuiet; }
  /// Frames of our own are sent from now on: their time goes on from the last packet's.
  void yield_to(RtpSender& sender, base::TimePoint now);

 private:
  const std::shared_ptr<RelayRing> from_peer_;
  const std::shared_ptr<RelayRing> to_peer_;
  RelayNumbers numbers_;
  std::array<std::array<std::uint8_t, kRtpHeaderBytes + RelayedPacket::kPayloadMax>, kBurst> packets_{};
  std::size_t used_ = 0;
  bool flowing_ = false;
  base::TimePoint last_sent_;
  std::uint32_t last_samples_ = 0;
};

}  // namespace tonearm::media
