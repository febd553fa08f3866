#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cli/caller/sound.hpp"

namespace tonearm::cli {

/// A sound for tests: a soft hum, on and off twice a second, for `seconds`.
[[nodiscard]] inline Samples hum(double seconds) {
  constexpr double kPeak = 2500;
  constexpr double kHertz = 330;
  constexpr double kPulseHertz = 2;
  Samples samples(static_cast<std::size_t>(seconds * kTelephoneRate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / kTelephoneRate;
    const double swell = std::max(0.0, std::sin(2 * std::numbers::pi * kPulseHertz * t));
    samples[i] = static_cast<std::int16_t>(kPeak * swell * std::sin(2 * std::numbers::pi * kHertz * t));
  }
  return samples;
}

}  // namespace tonearm::cli
