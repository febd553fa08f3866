#include "media/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>

namespace tonearm::media {
namespace {

// Both laws code a sign, a 3-bit segment (the exponent) and 4 bits of mantissa. µ-law adds a bias of 33 (of
// 14 bits) so that every segment starts with a one bit; A-law has a linear first segment instead.
constexpr int kMuLawBias = 33 << 2;
constexpr int kMuLawClip = 32767 - kMuLawBias;

constexpr std::uint8_t to_mu_law(int sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(sample < 0 ? -sample : sample, kMuLawClip) + kMuLawBias;
  const int segment = static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 8;
  const int mantissa = (magnitude >> (segment + 3)) & 0x0F;
  return static_cast<std::uint8_t>(~(sign | segment << 4 | mantissa));
}

constexpr std::int16_t from_mu_law(std::uint8_t byte) {
  const int code = static_cast<std::uint8_t>(~byte);
  const int segment = (code >> 4) & 7;
  const int magnitude = ((((code & 0x0F) << 3) + kMuLawBias) << segment) - kMuLawBias;
  return static_cast<std::int16_t>((code & 0x80) != 0 ? -magnitude : magnitude);
}

// Every other bit of an A-law byte is inverted on the line.
constexpr int kALawInversion = 0x55;

constexpr std::uint8_t to_a_law(int sample) {
  const int sign = sample < 0 ? 0 : 0x80;
  const int magnitude = sample < 0 ? ~sample : sample;  // −1 and 0 share the smallest magnitude
  const int segment = std::max(static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 8, 0);
  const int mantissa = (magnitude >> (segment == 0 ? 4 : segment + 3)) & 0x0F;
  return static_cast<std::uint8_t>((sign | segment << 4 | mantissa) ^ kALawInversion);
}

constexpr std::int16_t from_a_law(std::uint8_t byte) {
  const int code = byte ^ kALawInversion;
  const int segment = (code >> 4) & 7;
  const int step = ((code & 0x0F) << 4) + 8;
  const int magnitude = segment == 0 ? step : (step + 0x100) << (segment - 1);
  return static_cast<std::int16_t>((code & 0x80) != 0 ? magnitude : -magnitude);
}

using DecodeTable = std::array<std::int16_t, 256>;

constexpr DecodeTable decode_table(std::int16_t (*law)(std::uint8_t)) {
  DecodeTable table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) table[byte] = law(static_cast<std::uint8_t>(byte));
  return table;
}

constexpr std::array<DecodeTable, kCodecCount> kDecode = {decode_table(from_mu_law),
                                                          decode_table(from_a_law)};

}  // namespace

std::uint8_t encode_sample(Codec codec, std::int16_t sample) {
  return codec == Codec::pcmu ? to_mu_law(sample) : to_a_law(sample);
}

std::int16_t decode_sample(Codec codec, std::uint8_t byte) {
  return kDecode[index_of(codec)][byte];
}

void encode(Codec codec, std::span<const std::int16_t> samples, std::span<std::uint8_t> bytes) {
  assert(samples.size() == bytes.size());
  std::ranges::transform(samples, bytes.begin(), codec == Codec::pcmu ? to_mu_law : to_a_law);
}

void decode(Codec codec, std::span<const std::uint8_t> bytes, std::span<std::int16_t> samples) {
  assert(samples.size() == bytes.size());
  std::ranges::transform(bytes, samples.begin(), [&](std::uint8_t b) { return kDecode[index_of(codec)][b]; });
}

}  // namespace tonearm::media
