#include "call/stops.hpp"

#include <algorithm>
#include <utility>

namespace tonearm::call {
namespace {

bool waits_for(const StopWaiter& waiter, StopId id) {
  return std::ranges::find(waiter.outstanding, id) != waiter.outstanding.end();
}

/// Moves the elements for which `leaves` holds out of `from`; both keep their order.
template <class T, class Predicate>
std::vector<T> extract(std::vector<T>& from, Predicate leaves) {
  std::vector<T> out;
  std::vector<T> rest;
  for (T& element : from) (leaves(element) ? out : rest).push_back(std::move(element));
  from = std::move(rest);
  return out;
}

}  // namespace

StopId Stops::post(std::vector<OperationNumber> numbers) {
  const StopId id(++last_);
  pending_.push_back({id, std::move(numbers)});
  return id;
}

std::optional<PendingStop> Stops::take(StopId id) {
  const auto found = std::ranges::find(pending_, id, &PendingStop::id);
  if (found == pending_.end()) return std::nullopt;
  PendingStop stop = std::move(*found);
  pending_.erase(found);
  return stop;
}

bool Stops::hold_back(OperationNumber number) const {
  return std::ranges::any_of(pending_,
                             [&](const PendingStop& stop) { return stop.numbers.front() < number; });
}

std::vector<RequestId> Stops::requests_waiting_for(StopId id) const {
  std::vector<RequestId> requests;
  for (const auto& waiter : waiters_) {
    if (waits_for(waiter, id)) requests.push_back(waiter.context.request);
  }
  return requests;
}

std::vector<StopWaiter> Stops::give_up(StopId id) {
  return extract(waiters_, [&](const StopWaiter& waiter) { return waits_for(waiter, id); });
}

std::vector<StopWaiter> Stops::give_up_all() {
  pending_.clear();
  return std::exchange(waiters_, {});
}

std::vector<StopWaiter> Stops::settle(StopId id) {
  for (auto& waiter : waiters_) std::erase(waiter.outstanding, id);
  return extract(waiters_, [](const StopWaiter& waiter) { return waiter.outstanding.empty(); });
}

}  // namespace tonearm::call
