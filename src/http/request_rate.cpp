#include "http/request_rate.hpp"

#include <algorithm>
#include <chrono>

namespace tonearm::http {

bool RequestRate::allow(const base::Guid& application, base::TimePoint now) {
  const double most = per_second_;
  if (most == 0) return true;
  const std::lock_guard lock(mutex_);
  const auto [found, fresh] = buckets_.try_emplace(application, Bucket{most, now});
  Bucket& bucket = found->second;
  const double seconds = std::chrono::duration<double>(std::max(now, bucket.filled) - bucket.filled).count();
  bucket.tokens = std::min(most, bucket.tokens + seconds * most);
  bucket.filled = std::max(now, bucket.filled);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

}  // namespace tonearm::http
