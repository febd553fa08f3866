#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "media/codec.hpp"

namespace tonearm::media::testing {

/// How far from its true place a recording has what was said.
struct TimeError {
  double most_ms = 0;   ///< The largest, whichever way.
  unsigned looked = 0;  ///< Pieces of 40 ms that were looked for,
  unsigned found = 0;   ///< and those that were found within 150 ms of their place.
  double share() const { return looked == 0 ? 0 : static_cast<double>(found) / looked; }
};

/// Where within `reach` of `expected` the sound is, if it is there at all [samples from `expected`].
inline std::optional<int> find_sound(std::span<const std::int16_t> recording, std::ptrdiff_t expected,
                                     std::span<const std::int16_t> sound, int reach) {
  constexpr double kAlike = 0.6;  // noise that is not the same is alike by less than half of that
  double own = 0;
  for (const double x : sound) own += x * x;
  double best = kAlike;
  std::optional<int> found;
  for (int by = -reach; by <= reach; ++by) {
    const std::int16_t* there = recording.data() + expected + by;
    std::int64_t product = 0;
    std::int64_t power = 0;
    for (std::size_t i = 0; i < sound.size(); ++i) {
      product += std::int32_t{there[i]} * sound[i];
      power += std::int32_t{there[i]} * there[i];
    }
    const double alike = static_cast<double>(product) / std::sqrt(own * static_cast<double>(power) + 1);
    if (alike <= best) continue;
    best = alike;
    found = by;
  }
  return found;
}

/// Looks for pieces of `sound` (8 kHz), one every `every` samples, in `recording` (8 kHz). `place`: where in
/// the recording a sample of the sound belongs; nothing if it was not sent.
inline TimeError measure_time(std::span<const std::int16_t> recording, std::span<const std::int16_t> sound,
                              std::size_t every,
                              const std::function<std::optional<std::ptrdiff_t>(std::size_t)>& place) {
  constexpr std::size_t kPiece = std::size_t{40} * kSamplesPerMs;
  constexpr int kNear = 10 * kSamplesPerMs;  // where it mostly is, and sooner found
  constexpr int kReach = 150 * kSamplesPerMs;
  TimeError error;
  for (std::size_t at = 0; at + kPiece <= sound.size(); at += every) {
    const auto expected = place(at);
    const auto end = place(at + kPiece - 1);
    if (!expected || !end || *expected < kReach || *end + kReach >= std::ssize(recording)) continue;
    ++error.looked;
    const auto piece = sound.subspan(at, kPiece);
    auto by = find_sound(recording, *expected, piece, kNear);
    if (!by) by = find_sound(recording, *expected, piece, kReach);
    if (!by) continue;
    ++error.found;
    error.most_ms = std::max(error.most_ms, std::abs(*by) / double{kSamplesPerMs});
  }
  return error;
}

}  // namespace tonearm::media::testing
