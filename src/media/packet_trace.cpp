#include "media/packet_trace.hpp"

#include <algorithm>

namespace tonearm::media {
namespace {

constexpr std::size_t kRingMask = PacketTrace::kPackets - 1;
static_assert((PacketTrace::kPackets & kRingMask) == 0);

}  // namespace

void PacketTrace::add(base::WallTime at, bool sent, const SourceAddress& far,
                      std::span<const std::uint8_t> packet) {
  TracedPacket& slot = packets_[next_];
  slot.at = at;
  slot.far = far;
  std::ranges::copy(packet.first<kRtpHeaderBytes>(), slot.header.begin());
  slot.bytes = static_cast<std::uint16_t>(packet.size());
  slot.sent = sent;
  next_ = (next_ + 1) & kRingMask;
  size_ = std::min(size_ + 1, kPackets);
}

void PacketTrace::take_back_sent() {
  const std::size_t newest = (next_ - 1) & kRingMask;
  if (size_ == 0 || !packets_[newest].sent) return;
  next_ = newest;
  --size_;
}

std::size_t PacketTrace::copy_to(std::span<TracedPacket, kPackets> out) const {
  for (std::size_t i = 0; i < size_; ++i) out[i] = packets_[(next_ - size_ + i) & kRingMask];
  return size_;
}

std::vector<TracedPacket> PacketTrace::read() const {
  std::vector<TracedPacket> packets(kPackets);
  packets.resize(copy_to(std::span<TracedPacket, kPackets>(packets)));
  packets.shrink_to_fit();
  return packets;
}

}  // namespace tonearm::media
