#include "media/port_pool.hpp"

#include <utility>

namespace tonearm::media {

PortPool::PortPool(Range range, std::chrono::milliseconds quarantine)
    : quarantine_(quarantine), random_(std::random_device{}()) {
  for (unsigned port = (range.first + 1U) & ~1U; port + 1 <= range.last; port += 2)
    free_.push_back(static_cast<std::uint16_t>(port));
  capacity_ = free_.size();
}

std::optional<std::uint16_t> PortPool::take(base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  while (!resting_.empty() && resting_.front().until <= now) {
    free_.push_back(resting_.front().port);
    resting_.pop_front();
  }
  if (free_.empty()) return std::nullopt;
  std::swap(free_[random_() % free_.size()], free_.back());
  const std::uint16_t port = free_.back();
  free_.pop_back();
  return port;
}

void PortPool::give_back(std::uint16_t port, base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  resting_.push_back({port, now + quarantine_});
}

}  // namespace tonearm::media
