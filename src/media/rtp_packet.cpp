#include "media/rtp_packet.hpp"

#include "media/byte_order.hpp"

namespace tonearm::media {
namespace {

constexpr unsigned kVersion = 2;
constexpr std::uint8_t kPaddingBit = 0x20;
constexpr std::uint8_t kExtensionBit = 0x10;

/// Where the payload starts, or 0 if the packet ends before it.
std::size_t payload_offset(std::span<const std::uint8_t> bytes) {
  std::size_t offset = kRtpHeaderBytes + std::size_t{4} * (bytes[0] & 0x0F);
  if ((bytes[0] & kExtensionBit) != 0) {
    if (bytes.size() < offset + 4) return 0;
    offset += 4 + std::size_t{4} * read_u16(bytes, offset + 2);
  }
  return offset <= bytes.size() ? offset : 0;
}

}  // namespace

std::optional<RtpPacket> parse_rtp(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kRtpHeaderBytes || bytes[0] >> 6 != kVersion) return std::nullopt;
  const std::size_t offset = payload_offset(bytes);
  if (offset == 0) return std::nullopt;
  auto payload = bytes.subspan(offset);
  if ((bytes[0] & kPaddingBit) != 0) {
    const std::size_t padding = bytes.back();  // counts itself (RFC 3550 §5.1)
    if (padding == 0 || padding > payload.size()) return std::nullopt;
    payload = payload.first(payload.size() - padding);
  }
  return RtpPacket{.header = {.payload_type = static_cast<std::uint8_t>(bytes[1] & 0x7F),
                              .marker = (bytes[1] & 0x80) != 0,
                              .sequence = read_u16(bytes, 2),
                              .timestamp = read_u32(bytes, 4),
                              .ssrc = read_u32(bytes, 8)},
                   .payload = payload};
}

void write_rtp_header(const RtpHeader& header, std::span<std::uint8_t, kRtpHeaderBytes> out) {
  out[0] = kVersion << 6;
  out[1] = static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | (header.payload_type & 0x7F));
  write_u16(out, 2, header.sequence);
  write_u32(out, 4, header.timestamp);
  write_u32(out, 8, header.ssrc);
}

bool looks_like_rtcp(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[1] >= 192 && bytes[1] <= 223;
}

}  // namespace tonearm::media
