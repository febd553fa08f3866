#pragma once

#include <cstdint>
#include <optional>

#include "media/rtp_packet.hpp"

namespace tonearm::media {

/// Gives each packet of somebody else's stream its place in ours. As long as nothing else is sent, distances
/// stay as they are: what was lost or overtaken on the way to us looks so to the far end, too. Where the
/// other stream begins anew or jumps, or we have sent something of our own, it goes on behind that.
/// Threading: media thread; pure but for its own state.
class RelayNumbers {
 public:
  struct Place {
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    bool marker = false;

    bool operator==(const Place&) const = default;
  };

  /// `sequence` and `timestamp`: what our next packet would have. None: its place is before something else
  /// that we have sent.
  std::optional<Place> place(const RtpHeader& header, std::uint16_t sequence, std::uint32_t timestamp);
  /// What our next packet has after that.
  void sent(std::uint16_t next_sequence) { next_sequence_ = next_sequence; }

 private:
  [[nodiscard]] bool goes_on(const RtpHeader& header, std::uint16_t sequence, std::uint32_t timestamp) const;

  bool started_ = false;
  std::uint32_t ssrc_ = 0;
  std::uint16_t sequence_offset_ = 0;
  std::uint32_t timestamp_offset_ = 0;
  std::uint16_t first_ = 0;  // ours, of the first packet since then
  std::uint16_t next_sequence_ = 0;
};

}  // namespace tonearm::media
