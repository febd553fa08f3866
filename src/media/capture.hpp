#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>

#include "base/bounded_queue.hpp"
#include "base/clock.hpp"
#include "base/guid.hpp"
#include "media/codec.hpp"
#include "media/rtp_packet.hpp"

namespace tonearm::media {

/// Audio of the far end as a packet brought it; the bytes are the packet's own. Threading: a value.
struct HeardAudio {
  Codec codec = Codec::pcmu;
  const RtpHeader& header;
  std::span<const std::uint8_t> payload;
  base::TimePoint arrival;
};

/// A piece of ≤ 20 ms on its way to the recorder's thread.
struct CapturedPacket {
  static constexpr std::size_t kPayloadMax = kFrameBytes;

  base::TimePoint arrival;  ///< When its last sample can have been spoken.
  std::uint32_t ssrc = 0;
  std::uint32_t timestamp = 0;
  std::uint16_t sequence = 0;
  Codec codec = Codec::pcmu;
  std::uint8_t size = 0;
  std::array<std::uint8_t, kPayloadMax> payload;
};

/// One record's audio between the media thread, which appends, and the recorder's, which spools it to disk.
/// Holds ten seconds, in case the recorder gets no processor; no disk is waited for. Threading: `begin` and
/// `push` on the media thread, `pop` on the recorder's, the rest anywhere.
class Capture {
 public:
  explicit Capture(base::Guid operation) : operation_(operation), ring_(kPieces) {}

  /// The recording's time starts.
  void begin(base::TimePoint now) { began_.store(now.time_since_epoch().count(), std::memory_order_release); }
  /// A longer packet is cut into pieces. What finds the ring full is lost and counted.
  void push(const HeardAudio& audio);

  std::optional<CapturedPacket> pop() { return ring_.pop(); }
  [[nodiscard]] bool has_begun() const { return began_.load(std::memory_order_acquire) != 0; }
  [[nodiscard]] base::TimePoint began() const {
    return base::TimePoint(base::TimePoint::duration(began_.load(std::memory_order_acquire)));
  }
  [[nodiscard]] bool holds_more_than(std::size_t pieces) const { return ring_.size() > pieces; }
  [[nodiscard]] base::Guid operation() const { return operation_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kPieces = 512;

  const base::Guid operation_;
  base::SpscRing<CapturedPacket> ring_;
  std::atomic<base::TimePoint::rep> began_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace tonearm::media
