#pragma once

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/guid.hpp"

namespace tonearm::http {

/// How many requests each application may send [1/s]; a second's worth at once. Applications that are known
/// here are few, so nothing is ever forgotten. Threading: thread-safe.
class RequestRate {
 public:
  /// 0: as many as it likes.
  explicit RequestRate(unsigned per_second) : per_second_(per_second) {}
  void set(unsigned per_second) { per_second_ = per_second; }

  /// Counts one more request, unless it is one too many.
  [[nodiscard]] bool allow(const base::Guid& application, base::TimePoint now);

 private:
  struct Bucket {
    double tokens = 0;
    base::TimePoint filled{};
  };

  std::atomic<unsigned> per_second_;
  std::mutex mutex_;  // guards buckets_
  std::unordered_map<base::Guid, Bucket> buckets_;
};

}  // namespace tonearm::http
