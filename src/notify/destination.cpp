#include "notify/destination.hpp"

#include <algorithm>
#include <numeric>

#include "notify/verdict.hpp"

namespace tonearm::notify {

void Destination::wait(call::CallId call, Standing standing) {
  waiting_[place(standing)].push_back({call, turns_++});
}

void Destination::leave(const std::unordered_set<call::CallId>& calls) {
  for (auto& queue : waiting_) {
    std::erase_if(queue, [&](const Waiting& waiting) { return calls.contains(waiting.call); });
  }
}

bool Destination::nobody_waits() const {
  return std::ranges::all_of(waiting_, [](const auto& queue) { return queue.empty(); });
}

unsigned Destination::in_flight() const {
  return std::accumulate(in_flight_.begin(), in_flight_.end(), 0u);
}

/// Only whoever may hang is held back, and only a place that answers, but not everybody, holds back.
bool Destination::has_room(Standing standing, base::TimePoint now) const {
  if (in_flight() >= limit_) return false;
  if (now >= wary_until_) return true;
  const unsigned hanging = in_flight_[place(Standing::hanging)];
  const unsigned unproven = hanging + in_flight_[place(Standing::fresh)];
  if (standing == Standing::hanging && hanging >= std::max(1u, limit_ / 2)) return false;
  return standing == Standing::proven || unproven < std::max(1u, limit_ * 3 / 4);
}

std::optional<call::CallId> Destination::next(base::TimePoint now) {
  if (now < pause_until_) return std::nullopt;
  std::deque<Waiting>* first = nullptr;
  for (const Standing standing : {Standing::proven, Standing::fresh, Standing::hanging}) {
    auto& queue = waiting_[place(standing)];
    if (queue.empty() || !has_room(standing, now)) continue;
    if (!first || queue.front().turn < first->front().turn) first = &queue;
  }
  if (!first) return std::nullopt;
  const call::CallId call = first->front().call;
  first->pop_front();
  return call;
}

void Destination::on_sent(base::TimePoint now, Standing standing) {
  ++in_flight_[place(standing)];
  last_used_ = now;
}

void Destination::on_reached(base::TimePoint now, Standing standing) {
  --in_flight_[place(standing)];
  failures_ = failed_probes_ = 0;
  pause_until_ = {};
  reached_at_ = now;
  limit_ = std::min(limit_ + 1, kInFlightMax);
}

void Destination::on_failed(base::TimePoint now, Standing standing, double random) {
  --in_flight_[place(standing)];
  count_failure(now, random);
}

bool Destination::on_unanswered(base::TimePoint now, Standing standing, base::TimePoint sent, double random) {
  --in_flight_[place(standing)];
  if (reached_at_ > sent) {
    wary_until_ = now + kWary;
    return false;
  }
  count_failure(now, random);
  return true;
}

void Destination::count_failure(base::TimePoint now, double random) {
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
  const bool healthy = limit_ == kInFlightMax && failures_ == 0 && now >= wary_until_;
  return idle() && !timer_armed && (healthy || now - last_used_ > std::chrono::minutes(1));
}

}  // namespace tonearm::notify
