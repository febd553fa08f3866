#include "media/relay.hpp"

#include <algorithm>

#include "media/g711.hpp"

namespace tonearm::media {
namespace {

void convert(Codec from, Codec to, std::span<const std::uint8_t> in, std::span<std::uint8_t> out) {
  if (from == to) {
    std::ranges::copy(in, out.begin());
    return;
  }
  std::ranges::transform(in, out.begin(),
                         [&](std::uint8_t byte) { return encode_sample(to, decode_sample(from, byte)); });
}

}  // namespace

bool Relay::pass_on(Codec codec, const RtpHeader& header, std::span<const std::uint8_t> payload) {
  RelayedPacket packet;
  packet.codec = codec;
  packet.header = header;
  packet.size = static_cast<std::uint16_t>(std::min(payload.size(), RelayedPacket::kPayloadMax));
  std::ranges::copy(payload.first(packet.size), packet.payload.begin());
  return to_peer_->push(packet);
}

std::span<const std::uint8_t> Relay::make(const RelayedPacket& packet, Codec codec, std::uint8_t payload_type,
                                          RtpSender& sender, base::TimePoint now) {
  if (flowing_ && now - last_sent_ >= kQuiet) yield_to(sender, now);
  const auto place = numbers_.place(packet.header, sender.sequence(), sender.timestamp());
  if (!place) return {};
  const auto bytes = std::span(packets_[used_++]).first(kRtpHeaderBytes + packet.size);
  convert(packet.codec, codec, std::span(packet.payload).first(packet.size), bytes.subspan(kRtpHeaderBytes));
  sender.stamp({.payload_type = payload_type,
                .marker = place->marker,
                .sequence = place->sequence,
                .timestamp = place->timestamp,
                .ssrc = sender.ssrc()},
               packet.size, bytes.first<kRtpHeaderBytes>());
  numbers_.sent(sender.sequence());
  flowing_ = true;
  last_sent_ = now;
  last_samples_ = packet.size;
  return bytes;
}

void Relay::yield_to(RtpSender& sender, base::TimePoint now) {
  if (!std::exchange(flowing_, false)) return;
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_sent_).count();
  const auto samples = static_cast<std::uint32_t>(passed) * kSamplesPerMs;
  sender.gap(samples > last_samples_ ? samples - last_samples_ : 0);
}

}  // namespace tonearm::media
