#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tonearm::media {

inline constexpr std::size_t kRtpHeaderBytes = 12;

/// The fixed header of RFC 3550 §5.1. Threading: a value.
struct RtpHeader {
  std::uint8_t payload_type = 0;  ///< 0…127
  bool marker = false;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;  ///< [samples]
  std::uint32_t ssrc = 0;

  bool operator==(const RtpHeader&) const = default;
};

struct RtpPacket {
  RtpHeader header;
  std::span<const std::uint8_t> payload;  ///< Within the bytes that were parsed; padding cut off.
};

/// Nothing unless the bytes are a whole RTP packet of version 2; CSRC list and extension are skipped.
[[nodiscard]] std::optional<RtpPacket> parse_rtp(std::span<const std::uint8_t> bytes);

/// Writes the 12 bytes without CSRC, extension, padding.
void write_rtp_header(const RtpHeader& header, std::span<std::uint8_t, kRtpHeaderBytes> out);

/// Tells RTCP from RTP on a shared port (RFC 5761 §4): packet types 192…223 sit where marker and payload type
/// do.
[[nodiscard]] bool looks_like_rtcp(std::span<const std::uint8_t> bytes);

}  // namespace tonearm::media
