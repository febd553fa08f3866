#pragma once

#include <cmath>

namespace tonearm::media {

/// The root mean square of 16-bit samples that is 0 dBm0: a sine that just fills µ-law has +3.17 dBm0
/// (ITU-T G.711 §4).
inline constexpr double kZeroDbm0Rms = 16'020;
inline constexpr double kSilenceDbm0 = -90;

/// The level of audio with this mean of squares, not below kSilenceDbm0.
inline double level_dbm0(double mean_square) {
  const double ratio = mean_square / (kZeroDbm0Rms * kZeroDbm0Rms);
  return ratio <= 1e-9 ? kSilenceDbm0 : 10 * std::log10(ratio);
}

}  // namespace tonearm::media
