#include "media/telephone_event.hpp"

#include "media/byte_order.hpp"

namespace tonearm::media {
namespace {

constexpr std::uint8_t kEndBit = 0x80;
constexpr std::uint8_t kVolume = 10;  // [−dBm0], what keys in band usually have

}  // namespace

std::optional<TelephoneEvent> parse_telephone_event(std::span<const std::uint8_t> payload) {
  if (payload.size() < kTelephoneEventBytes || payload[0] >= kKeyCount) return std::nullopt;
  return TelephoneEvent{
      .key = Key(payload[0]), .end = (payload[1] & kEndBit) != 0, .duration = read_u16(payload, 2)};
}

std::array<std::uint8_t, kTelephoneEventBytes> write_telephone_event(const TelephoneEvent& event) {
  std::array<std::uint8_t, kTelephoneEventBytes> bytes{};
  bytes[0] = static_cast<std::uint8_t>(event.key);
  bytes[1] = static_cast<std::uint8_t>((event.end ? kEndBit : 0) | kVolume);
  write_u16(bytes, 2, event.duration);
  return bytes;
}

}  // namespace tonearm::media
