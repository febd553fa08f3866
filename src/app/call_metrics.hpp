#pragma once

#include <array>
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

/// What is counted about calls and their operations, from what they tell their bots and leave in their
/// records. Threading: thread-safe.
class CallMetrics {
 public:
  using Series = std::map<std::pair<std::string, std::string>, std::uint64_t>;
  using PerDirection = std::array<std::atomic<std::uint64_t>, 2>;  // by CallDirection

  void started(call::CallDirection direction) { increment(started_, direction); }
  /// A limit or a rule let no call begin.
  void refused(call::CallDirection direction) { increment(refused_, direction); }
  /// The call as its last step left it.
  void ended(const call::CallSnapshot& call);
  void count(const call::Notification& notification);
  /// Cancels carry the time from their request to the cut.
  void count(const call::Reply& reply);

  [[nodiscard]] const PerDirection& started_total() const { return started_; }
  [[nodiscard]] const PerDirection& refused_total() const { return refused_; }
  /// Ended calls by code and subcode.
  [[nodiscard]] Series ends() const;
  /// Ended operations by kind and status.
  [[nodiscard]] Series operations() const;
  /// `tonearm_cancel_seconds`: request's last byte read → source cut.
  base::Histogram<9> cancel_latency{{50, 100, 200, 500, 1'000, 2'000, 5'000, 20'000, 100'000}};

  // Of ended calls, by their records.
  std::atomic<std::uint64_t> one_way_total{0};
  std::atomic<std::uint64_t> packets_lost_total{0};         ///< On the way to us.
  std::atomic<std::uint64_t> remote_packets_lost_total{0};  ///< On the way from us.
  base::Histogram<8> jitter{{500, 1'000, 2'000, 5'000, 10'000, 20'000, 50'000, 200'000}};
  base::Histogram<8> remote_jitter{{500, 1'000, 2'000, 5'000, 10'000, 20'000, 50'000, 200'000}};
  base::Histogram<8> duration{{1'000'000, 10'000'000, 30'000'000, 60'000'000, 300'000'000, 900'000'000,
                               3'600'000'000, 14'400'000'000}};

 private:
  static void increment(PerDirection& counters, call::CallDirection direction) {
    counters[static_cast<std::size_t>(direction)].fetch_add(1, std::memory_order_relaxed);
  }
  void count_quality(const call::MediaStats& media);

  PerDirection started_{};
  PerDirection refused_{};
  mutable std::mutex mutex_;  // guards what follows
  Series ends_;
  Series operations_;
};

}  // namespace tonearm::app
