#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tonearm::base {

/// Durations counted by upper bounds, as a Prometheus histogram wants them. One value beyond the last bound
/// goes into a bucket of its own. Threading: thread-safe; a reader may see a count before its sum.
template <std::size_t N>
class Histogram {
 public:
  /// Ascending, in microseconds.
  using Bounds = std::array<std::uint64_t, N>;

  explicit constexpr Histogram(const Bounds& bounds) : bounds_(bounds) {}

  void add(std::chrono::microseconds value) {
    const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
    const auto at = static_cast<std::size_t>(std::ranges::lower_bound(bounds_, us) - bounds_.begin());
    counts_[at].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(us, std::memory_order_relaxed);
  }

  [[nodiscard]] std::span<const std::uint64_t, N> bounds() const { return bounds_; }
  /// Values in bucket `at` alone (not cumulated); `at` = N is what lies beyond the last bound.
  [[nodiscard]] std::uint64_t count(std::size_t at) const {
    return counts_[at].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t total() const {
    std::uint64_t all = 0;
    for (const auto& count : counts_) all += count.load(std::memory_order_relaxed);
    return all;
  }
  [[nodiscard]] std::chrono::microseconds sum() const {
    return std::chrono::microseconds(sum_.load(std::memory_order_relaxed));
  }

 private:
  const Bounds bounds_;
  std::array<std::atomic<std::uint64_t>, N + 1> counts_{};
  std::atomic<std::uint64_t> sum_{0};
};

}  // namespace tonearm::base
