#pragma once

#include <atomic>
#include <cstdint>

#include "base/histogram.hpp"

namespace tonearm::storage {

/// What the store counts. Threading: thread-safe.
struct StorageMetrics {
  std::atomic<std::uint64_t> transactions_total{0};
  std::atomic<std::uint64_t> transaction_failures_total{0};
  std::atomic<std::uint64_t> commits_total{0};  ///< Steps written; commits / transactions = group size.
  std::atomic<std::uint64_t> queued{0};         ///< Steps that wait or are being written now.
  std::atomic<std::uint64_t> parked{0};         ///< Notifications that are no longer tried, on disk.
  /// From `commit` to its `done`, steps written only.
  base::Histogram<10> commit_latency{
      {250, 500, 1'000, 2'000, 4'000, 8'000, 16'000, 64'000, 250'000, 1'000'000}};
};

/// What the event log counts. Threading: thread-safe.
struct EventLogMetrics {
  std::atomic<std::uint64_t> written_total{0};
  std::atomic<std::uint64_t> lost_total{0};      ///< No room to wait, or the call's log was full.
  std::atomic<std::uint64_t> failures_total{0};  ///< Transactions that failed and were tried again.
  std::atomic<std::uint64_t> queued{0};          ///< Events that wait or are being written now.
};

}  // namespace tonearm::storage
