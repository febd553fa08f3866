#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "media/codec.hpp"

namespace tonearm::media {

/// What was received of one SSRC: sequence tracking and loss as in RFC 3550 §A.1 and §A.3, jitter as in §A.8.
/// Threading: media thread; pure but for its own state.
class RtpStats {
 public:
  /// For a receiver report block (RFC 3550 §6.4.1).
  struct ReportBlock {
    std::uint8_t fraction_lost = 0;  ///< Of 256, since the last block.
    std::int32_t cumulative_lost = 0;
    std::uint32_t highest_sequence = 0;
    std::uint32_t jitter = 0;  ///< [RTP clock ticks]
  };

  void start(std::uint32_t ssrc, std::uint16_t first_sequence);
  /// Counts a packet. False for a duplicate or one from before the start; such packets need no further
  /// handling.
  bool count(std::uint16_t sequence);
  /// Counts a packet with which the sender's numbers start anew. Losses so far stay counted as they are.
  void restart(std::uint16_t sequence);
  /// Audio only: the timestamp of a telephone-event stays at the key's start.
  void measure_jitter(std::uint32_t timestamp, base::TimePoint arrival);

  [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  /// Expected minus received, never below 0.
  [[nodiscard]] std::uint64_t lost() const;
  [[nodiscard]] std::chrono::microseconds jitter() const;
  /// Ends the interval that `fraction_lost` is about.
  ReportBlock take_report();

 private:
  [[nodiscard]] std::uint64_t expected() const { return highest_ - base_ + 1; }

  std::uint32_t ssrc_ = 0;
  std::uint64_t base_ = 0;  // extended sequence numbers, so that wraps need no care
  std::uint64_t highest_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t seen_ = 0;  // bit i: highest_ − i has arrived
  std::uint32_t last_stray_ = kNoStray;
  std::uint64_t expected_prior_ = 0;
  std::uint64_t received_prior_ = 0;
  double jitter_ticks_ = 0;
  double last_transit_ = 0;
  bool has_transit_ = false;

  static constexpr std::uint32_t kNoStray = 0x10000;
};

}  // namespace tonearm::media
