#include "cli/caller/sound.hpp"

#include <algorithm>
#include <cmath>

namespace tonearm::cli {
namespace {

constexpr double kFullScale = 32768;
constexpr double kFloorDbfs = -96.3;  ///< One bit of sixteen.

/// Sum of the products of `count` samples. Exact, and on bare pointers quick in unoptimised builds too.
double product(const std::int16_t* a, const std::int16_t* b, std::size_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += std::int32_t{a[i]} * b[i];
  return static_cast<double>(sum);
}

double energy(SampleSpan samples) {
  return product(samples.data(), samples.data(), samples.size());
}

double correlation(SampleSpan a, SampleSpan b) {
  const double norm = std::sqrt(energy(a) * energy(b));
  return norm > 0 ? product(a.data(), b.data(), a.size()) / norm : 0;
}

}  // namespace

double level_dbfs(SampleSpan samples) {
  if (samples.empty()) return kFloorDbfs;
  const double rms = std::sqrt(energy(samples) / static_cast<double>(samples.size()));
  return rms > 0 ? std::max(kFloorDbfs, 20 * std::log10(rms / kFullScale)) : kFloorDbfs;
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
    if (norm > 0) best = std::max(best, product(needle.data(), &haystack[at], needle.size()) / norm);
    if (at + needle.size() == haystack.size()) return best;
    const double leaves = haystack[at];
    const double comes = haystack[at + needle.size()];
    around += comes * comes - leaves * leaves;  // exact: sums of squares of 16 bit stay far below 2⁵³
  }
}

}  // namespace tonearm::cli
