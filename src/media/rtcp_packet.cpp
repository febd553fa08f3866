#include "media/rtcp_packet.hpp"

#include <algorithm>

#include "media/byte_order.hpp"

namespace tonearm::media {
namespace {

enum PacketType : std::uint8_t {
  sender_report = 200,
  receiver_report = 201,
  description = 202,
  goodbye = 203
};

constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kSenderInfoBytes = 20;
constexpr std::size_t kBlockBytes = 24;
constexpr std::uint8_t kCname = 1;
constexpr std::size_t kCnameMax = 64;

RtcpSenderInfo read_sender_info(std::span<const std::uint8_t> body) {
  return {.ntp = std::uint64_t{read_u32(body, 4)} << 32 | read_u32(body, 8),
          .rtp_timestamp = read_u32(body, 12),
          .packets = read_u32(body, 16),
          .octets = read_u32(body, 20)};
}

RtcpReportBlock read_block(std::span<const std::uint8_t> bytes) {
  const std::uint32_t lost = read_u32(bytes, 4);
  return {.ssrc = read_u32(bytes, 0),
          .fraction_lost = bytes[4],
          .cumulative_lost = static_cast<std::int32_t>(lost << 8) >> 8,  // 24 bits with sign
          .highest_sequence = read_u32(bytes, 8),
          .jitter = read_u32(bytes, 12),
          .last_sr = read_u32(bytes, 16),
          .delay = read_u32(bytes, 20)};
}

/// SR and RR: `body` starts at the sender's SSRC.
bool read_report(std::span<const std::uint8_t> body, bool with_sender, std::size_t blocks,
                 std::uint32_t our_ssrc, RtcpSummary& out) {
  const std::size_t fixed = 4 + (with_sender ? kSenderInfoBytes : 0);
  if (body.size() < fixed + blocks * kBlockBytes) return false;
  out.sender_ssrc = read_u32(body, 0);
  if (with_sender) out.sender = read_sender_info(body);
  for (std::size_t i = 0; i < blocks; ++i) {
    const RtcpReportBlock block = read_block(body.subspan(fixed + i * kBlockBytes, kBlockBytes));
    if (block.ssrc == our_ssrc) out.report = block;
  }
  return true;
}

class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> out) : out_(out) {}
  void begin(std::uint8_t count, PacketType type) {
    start_ = size_;
    out_[size_] = static_cast<std::uint8_t>(0x80 | count);
    out_[size_ + 1] = type;
    size_ += kHeaderBytes;
  }
  void word(std::uint32_t value) {
    write_u32(out_, size_, value);
    size_ += 4;
  }
  void byte(std::uint8_t value) { out_[size_++] = value; }
  void end() { write_u16(out_, start_ + 2, static_cast<std::uint32_t>((size_ - start_) / 4 - 1)); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::span<std::uint8_t> out_;
  std::size_t start_ = 0;
  std::size_t size_ = 0;
};

void write_report(Writer& out, const RtcpOutgoing& packet) {
  out.begin(packet.report ? 1 : 0, packet.sender ? sender_report : receiver_report);
  out.word(packet.ssrc);
  if (const auto& sender = packet.sender) {
    out.word(static_cast<std::uint32_t>(sender->ntp >> 32));
    out.word(static_cast<std::uint32_t>(sender->ntp));
    out.word(sender->rtp_timestamp);
    out.word(sender->packets);
    out.word(sender->octets);
  }
  if (const auto& block = packet.report) {
    out.word(block->ssrc);
    out.word(std::uint32_t{block->fraction_lost} << 24 |
             (static_cast<std::uint32_t>(block->cumulative_lost) & 0xFFFFFF));
    out.word(block->highest_sequence);
    out.word(block->jitter);
    out.word(block->last_sr);
    out.word(block->delay);
  }
  out.end();
}

void write_cname(Writer& out, const RtcpOutgoing& packet) {
  const std::string_view cname = packet.cname.substr(0, kCnameMax);
  out.begin(1, description);
  const std::size_t start = out.size();
  out.word(packet.ssrc);
  out.byte(kCname);
  out.byte(static_cast<std::uint8_t>(cname.size()));
  for (const char c : cname) out.byte(static_cast<std::uint8_t>(c));
  do out.byte(0);  // at least one null ends the items (RFC 3550 §6.5)
  while ((out.size() - start) % 4 != 0);
  out.end();
}

}  // namespace

std::optional<RtcpSummary> parse_rtcp(std::span<const std::uint8_t> bytes, std::uint32_t our_ssrc) {
  if (bytes.size() < kHeaderBytes + 4) return std::nullopt;
  RtcpSummary summary;
  while (!bytes.empty()) {
    if (bytes.size() < kHeaderBytes || bytes[0] >> 6 != 2) return std::nullopt;
    const std::size_t size = kHeaderBytes + std::size_t{4} * read_u16(bytes, 2);
    if (size > bytes.size()) return std::nullopt;
    const auto body = bytes.subspan(kHeaderBytes, size - kHeaderBytes);
    const std::size_t count = bytes[0] & 0x1F;
    const std::uint8_t type = bytes[1];
    if (type == sender_report || type == receiver_report) {
      if (!read_report(body, type == sender_report, count, our_ssrc, summary)) return std::nullopt;
    } else if (type == goodbye) {
      if (body.size() < count * 4) return std::nullopt;
      summary.bye = true;
    }
    bytes = bytes.subspan(size);
  }
  return summary;
}

std::size_t write_rtcp(const RtcpOutgoing& packet, std::span<std::uint8_t, kRtcpBytesMax> out) {
  Writer writer(out);
  write_report(writer, packet);
  write_cname(writer, packet);
  if (packet.bye) {
    writer.begin(1, goodbye);
    writer.word(packet.ssrc);
    writer.end();
  }
  return writer.size();
}

}  // namespace tonearm::media
