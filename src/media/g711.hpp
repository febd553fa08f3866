#pragma once

#include <cstdint>
#include <span>

#include "media/codec.hpp"

namespace tonearm::media {

/// G.711 (ITU-T 11/88): 16-bit linear samples ↔ one byte each. µ-law carries 14 bits, A-law 13.
/// Threading: pure functions over constant tables.
[[nodiscard]] std::uint8_t encode_sample(Codec codec, std::int16_t sample);
[[nodiscard]] std::int16_t decode_sample(Codec codec, std::uint8_t byte);

/// `bytes` and `samples` have the same size.
void encode(Codec codec, std::span<const std::int16_t> samples, std::span<std::uint8_t> bytes);
void decode(Codec codec, std::span<const std::uint8_t> bytes, std::span<std::int16_t> samples);

}  // namespace tonearm::media
