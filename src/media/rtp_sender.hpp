#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "media/rtp_packet.hpp"

namespace tonearm::media {

/// Numbers one stream of RTP: one SSRC, sequence and time continuous through prompts, silence, gaps and new
/// addresses. Threading: media thread; pure but for its own state.
class RtpSender {
 public:
  static constexpr std::size_t kPayloadMax = 160;  ///< 20 ms of G.711

  RtpSender(std::uint32_t ssrc, std::uint16_t first_sequence, std::uint32_t first_timestamp);

  /// Makes the next packet; valid until the next call. The first one, and the first after a gap, has the
  /// marker.
  std::span<const std::uint8_t> packet(std::uint8_t payload_type, std::span<const std::uint8_t> payload);
  /// As `packet`, with `size` bytes of silence.
  std::span<const std::uint8_t> silence(std::uint8_t payload_type, std::uint8_t byte, std::size_t size);
  /// Instead of a frame of so many samples: a packet with a time of its own, as telephone-events have it
  /// (RFC 4733 §2.4.1: the key's beginning). `marker`: it is the first of its event.
  std::span<const std::uint8_t> event(std::uint8_t payload_type, std::span<const std::uint8_t> payload,
                                      std::uint32_t timestamp, bool marker, std::size_t samples);
  /// The header of a packet that was made elsewhere, numbered from what our next one would have; counts it.
  /// The stream goes on behind the newest [payload: bytes of G.711].
  void stamp(const RtpHeader& header, std::size_t payload_bytes,
             std::span<std::uint8_t, kRtpHeaderBytes> out);
  /// Time passes without a packet [samples].
  void gap(std::uint32_t samples);
  void mark_next() { marker_ = true; }

  [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }
  [[nodiscard]] std::uint16_t sequence() const { return sequence_; }    ///< Of the next packet.
  [[nodiscard]] std::uint32_t timestamp() const { return timestamp_; }  ///< Of the next packet.
  [[nodiscard]] std::uint32_t packets() const { return packets_; }
  [[nodiscard]] std::uint32_t octets() const { return octets_; }

 private:
  std::span<const std::uint8_t> finish(std::uint8_t payload_type, std::size_t payload_bytes);
  std::span<const std::uint8_t> number(std::uint8_t payload_type, bool marker, std::uint32_t timestamp,
                                       std::size_t payload_bytes);

  const std::uint32_t ssrc_;
  std::uint16_t sequence_;
  std::uint32_t timestamp_;
  bool marker_ = true;
  std::uint32_t packets_ = 0;
  std::uint32_t octets_ = 0;
  std::array<std::uint8_t, kRtpHeaderBytes + kPayloadMax> bytes_{};
};

}  // namespace tonearm::media
