#pragma once

#include <atomic>
#include <cstdint>

#include "base/histogram.hpp"
#include "notify/backlog.hpp"

namespace tonearm::notify {

/// What delivery counts. Threading: thread-safe.
struct DeliveryMetrics {
  Backlog pending;
  std::atomic<std::uint64_t> in_flight{0};
  std::atomic<std::uint64_t> delivered_total{0};
  std::atomic<std::uint64_t> failed_attempts_total{0};
  std::atomic<std::uint64_t> parked_total{0};
  /// From what happened (the row's time) to the bot's 2xx.
  base::Histogram<10> delivery_latency{
      {1'000, 2'500, 5'000, 10'000, 25'000, 100'000, 500'000, 2'000'000, 10'000'000, 60'000'000}};
};

}  // namespace tonearm::notify
