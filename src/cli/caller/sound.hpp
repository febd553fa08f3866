#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tonearm::cli {

/// Linear, mono, 16 bit.
using Samples = std::vector<std::int16_t>;
using SampleSpan = std::span<const std::int16_t>;

inline constexpr int kTelephoneRate = 8000;  ///< [Hz]

/// RMS level [dBFS]; −96.3 for silence and for nothing.
[[nodiscard]] double level_dbfs(SampleSpan samples);

/// Normalised correlation of two sounds over their common length, at the best shift of `a` against `b` within
/// ± `max_shift` samples: 1 = the same but for volume, 0 = nothing in common.
[[nodiscard]] double similarity(SampleSpan a, SampleSpan b, int max_shift);

/// The best `similarity` of `needle` with any part of `haystack`; 0 if that is shorter.
[[nodiscard]] double best_resemblance(SampleSpan haystack, SampleSpan needle);

}  // namespace tonearm::cli
