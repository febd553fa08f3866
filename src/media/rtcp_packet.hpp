#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tonearm::media {

/// Report block of a sender or receiver report (RFC 3550 §6.4.1). Threading: a value.
struct RtcpReportBlock {
  std::uint32_t ssrc = 0;          ///< Whose packets it is about.
  std::uint8_t fraction_lost = 0;  ///< Of 256.
  std::int32_t cumulative_lost = 0;
  std::uint32_t highest_sequence = 0;
  std::uint32_t jitter = 0;   ///< [RTP clock ticks]
  std::uint32_t last_sr = 0;  ///< Middle 32 bits of the NTP time of the last SR; 0 = none.
  std::uint32_t delay = 0;    ///< Since that SR [1/65536 s]
  bool operator==(const RtcpReportBlock&) const = default;
};

struct RtcpSenderInfo {
  std::uint64_t ntp = 0;  ///< Seconds since 1900 in the upper, fraction in the lower 32 bits.
  std::uint32_t rtp_timestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;
  bool operator==(const RtcpSenderInfo&) const = default;
};

/// What we use of a compound packet.
struct RtcpSummary {
  std::uint32_t sender_ssrc = 0;
  std::optional<RtcpSenderInfo> sender;
  std::optional<RtcpReportBlock> report;  ///< The one about us, if asked for.
  bool bye = false;
};

/// Nothing unless every part of the compound is well-formed (RFC 3550 §A.2; a reduced-size packet of RFC 5506
/// is taken too). Parts of kinds that we do not use are skipped.
[[nodiscard]] std::optional<RtcpSummary> parse_rtcp(std::span<const std::uint8_t> bytes,
                                                    std::uint32_t our_ssrc);

/// What goes out: SR (or RR if nothing was sent), SDES with CNAME, and BYE at the end.
struct RtcpOutgoing {
  std::uint32_t ssrc = 0;
  std::optional<RtcpSenderInfo> sender;
  std::optional<RtcpReportBlock> report;
  std::string_view cname;  ///< ≤ 64 bytes
  bool bye = false;
};

inline constexpr std::size_t kRtcpBytesMax = 160;

/// Answers the bytes written.
std::size_t write_rtcp(const RtcpOutgoing& packet, std::span<std::uint8_t, kRtcpBytesMax> out);

}  // namespace tonearm::media
