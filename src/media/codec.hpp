#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tonearm::media {

/// Codecs that prompts are kept in. Both are G.711: one byte per sample, 8 kHz.
enum class Codec : std::uint8_t { pcmu, pcma };

inline constexpr std::size_t kCodecCount = 2;
inline constexpr unsigned kClockRate = 8000;  ///< [Hz], also the RTP clock (RFC 3551 §4.5.14).
inline constexpr unsigned kSamplesPerMs = kClockRate / 1000;
inline constexpr unsigned kFrameMs = 20;  ///< What prompts are cut into, and what is sent by default [ms].
inline constexpr std::size_t kFrameBytes = std::size_t{kFrameMs} * kSamplesPerMs;

/// RFC 3551 §6, table 4.
constexpr std::uint8_t static_payload_type(Codec codec) {
  return codec == Codec::pcmu ? 0 : 8;
}
/// The byte that decodes to (nearly) zero: what is sent between prompts.
constexpr std::uint8_t silence_byte(Codec codec) {
  return codec == Codec::pcmu ? 0xFF : 0xD5;
}
constexpr std::string_view name_of(Codec codec) {
  return codec == Codec::pcmu ? "PCMU" : "PCMA";
}
constexpr std::size_t index_of(Codec codec) {
  return static_cast<std::size_t>(codec);
}

}  // namespace tonearm::media
