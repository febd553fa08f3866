#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace tonearm::base {

/// The newest version of an immutable value: writers replace it as a whole, readers keep the version they
/// got. Instead of std::atomic<std::shared_ptr>, whose load() in libstdc++ 12 gives its lock bit back without
/// release order: a race by the letter of the standard, and one that thread sanitizers report.
/// Threading: thread-safe; the lock is held for the copy of one pointer.
template <class T>
class SharedValue {
 public:
  using Pointer = std::shared_ptr<const T>;

  SharedValue() = default;
  explicit SharedValue(Pointer first) : value_(std::move(first)) {}

  /// Null until the first store.
  [[nodiscard]] Pointer load() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void store(Pointer next) {
    {
      const std::lock_guard lock(mutex_);
      value_.swap(next);
    }
    // The old version, if nobody else has it, dies here and not under the lock.
  }

 private:
  mutable std::mutex mutex_;  // guards value_
  Pointer value_;
};

}  // namespace tonearm::base
