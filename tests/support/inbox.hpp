#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace tonearm::testing {

/// What came in, for tests that wait: everything is kept in `all`; `wait` hands each one out once.
/// Threading: thread-safe.
template <class T>
class Inbox {
 public:
  void add(T item) {
    {
      const std::lock_guard lock(mutex_);
      all_.push_back(item);
      unread_.push_back(std::move(item));
    }
    arrived_.notify_all();
  }

  /// The first one that fits, seen or to come; nothing after `timeout`.
  std::optional<T> wait(const std::function<bool(const T&)>& fits, std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    std::optional<T> found;
    arrived_.wait_for(lock, timeout, [&] {
      const auto at = std::find_if(unread_.begin(), unread_.end(), fits);
      if (at == unread_.end()) return false;
      found = std::move(*at);
      unread_.erase(at);
      return true;
    });
    return found;
  }

  [[nodiscard]] std::vector<T> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  mutable std::mutex mutex_;  // guards the two lists
  std::condition_variable arrived_;
  std::vector<T> all_;
  std::list<T> unread_;
};

}  // namespace tonearm::testing
