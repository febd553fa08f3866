#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/histogram.hpp"
#include "call/commands.hpp"
#include "call/notification.hpp"

namespace tonearm::app {

/// What is counted about calls and their operations, from what they tell their bots.
/// Threading: thread-safe.
class CallMetrics {
 public:
  using Series = std::map<std::pair<std::string, std::string>, std::uint64_t>;

  void started() { started_.fetch_add(1, std::memory_order_relaxed); }
  void count(const call::Notification& notification);
  /// Cancels carry the time from their request to the cut.
  void count(const call::Reply& reply);

  [[nodiscard]] std::uint64_t started_total() const { return started_.load(std::memory_order_relaxed); }
  /// Ended calls by code and subcode.
  [[nodiscard]] Series ends() const;
  /// Ended operations by kind and status.
  [[nodiscard]] Series operations() const;
  /// `tonearm_cancel_seconds`: request's last byte read → source cut.
  base::Histogram<9> cancel_latency{{50, 100, 200, 500, 1'000, 2'000, 5'000, 20'000, 100'000}};

 private:
  std::atomic<std::uint64_t> started_{0};
  mutable std::mutex mutex_;  // guards what follows
  Series ends_;
  Series operations_;
};

}  // namespace tonearm::app
