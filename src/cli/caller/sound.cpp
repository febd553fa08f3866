#include "cli/caller/sound.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace tonearm::cli {
namespace {

constexpr double kFullScale = 32768;
constexpr double kFloorDbfs = -96.3;  ///< One bit of sixteen.

double energy(SampleSpan samples) {
  return std::inner_product(samples.begin(), samples.end(), samples.begin(), 0.0);
}

double correlation(SampleSpan a, SampleSpan b) {
  const double norm = std::sqrt(energy(a) * energy(b));
  return norm > 0 ? std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / norm : 0;
}

}  // namespace

double level_dbfs(SampleSpan samples) {
  if (samples.empty()) return kFloorDbfs;
  const double rms = std::sqrt(energy(samples) / static_cast<double>(samples.size()));
  return rms > 0 ? std::max(kFloorDbfs, 20 * std::log10(rms / kFullScale)) : kFloorDbfs;
}

Samples hum(double seconds) {
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

double similarity(SampleSpan a, SampleSpan b, int max_shift) {
  double best = 0;
  for (int shift = -max_shift; shift <= max_shift; ++shift) {
    const std::size_t skip_a = static_cast<std::size_t>(std::max(0, shift));
    const std::size_t skip_b = static_cast<std::size_t>(std::max(0, -shift));
    if (skip_a >= a.size() || skip_b >= b.size()) continue;
    const std::size_t common = std::min(a.size() - skip_a, b.size() - skip_b);
    best = std::max(best, correlation(a.subspan(skip_a, common), b.subspan(skip_b, common)));
  }
  return best;
}

double best_resemblance(SampleSpan haystack, SampleSpan needle) {
  if (needle.empty() || needle.size() > haystack.size()) return 0;
  const double own = energy(needle);
  double around = energy(haystack.first(needle.size()));  // of the part that the needle lies on
  double best = 0;
  for (std::size_t at = 0;; ++at) {
    const double norm = std::sqrt(own * around);
    const double product =
        std::inner_product(needle.begin(), needle.end(), haystack.subspan(at).begin(), 0.0);
    if (norm > 0) best = std::max(best, product / norm);
    if (at + needle.size() == haystack.size()) return best;
    const double leaves = haystack[at];
    const double comes = haystack[at + needle.size()];
    around += comes * comes - leaves * leaves;  // exact: sums of squares of 16 bit stay far below 2⁵³
  }
}

}  // namespace tonearm::cli
