#include "notify/destination.hpp"

#include <algorithm>

#include "notify/verdict.hpp"

namespace tonearm::notify {

void Destination::on_sent(base::TimePoint now) {
  ++in_flight_;
  last_used_ = now;
}

void Destination::on_reached() {
  --in_flight_;
  failures_ = failed_probes_ = 0;
  pause_until_ = {};
  limit_ = std::min(limit_ + 1, kInFlightMax);
}

void Destination::on_failed(base::TimePoint now, double random) {
  --in_flight_;
  ++failures_;
  if (failures_ < kFailuresToProbe) {
    if (limit_ < kInFlightMax) limit_ = std::max(1u, limit_ / 2);  // not as well as it seemed
    return;
  }
  limit_ = 1;
  if (now < pause_until_) return;  // sent before the pause began: says nothing new
  pause_until_ = now + backoff(failed_probes_++, random);
}

bool Destination::forgettable(base::TimePoint now) const {
  const bool healthy = limit_ == kInFlightMax && failures_ == 0;
  return idle() && !timer_armed && (healthy || now - last_used_ > std::chrono::minutes(1));
}

}  // namespace tonearm::notify
