#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace tonearm::notify {

/// How many notifications are published and neither delivered nor parked. Threading: thread-safe.
class Backlog {
 public:
  void add(std::uint64_t count) {
    const std::lock_guard lock(mutex_);
    count_ += count;
  }
  void remove(std::uint64_t count) {
    const std::lock_guard lock(mutex_);
    count_ -= count;
    if (count_ == 0) empty_.notify_all();
  }
  [[nodiscard]] std::uint64_t size() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  /// False if `limit` was over first, or `enough` became true (see `wake`).
  bool wait_until_empty(std::chrono::milliseconds limit, const std::atomic<bool>& enough) {
    std::unique_lock lock(mutex_);
    empty_.wait_for(lock, limit, [&] { return count_ == 0 || enough; });
    return count_ == 0;
  }
  /// For a waiter to look at `enough` again.
  void wake() {
    const std::lock_guard lock(mutex_);
    empty_.notify_all();
  }

 private:
  mutable std::mutex mutex_;  // guards count_
  std::condition_variable empty_;
  std::uint64_t count_ = 0;
};

}  // namespace tonearm::notify
