#include "storage/event_listeners.hpp"

#include <algorithm>

namespace tonearm::storage {

EventListeners::Key EventListeners::add(call::CallId call, News news) {
  auto key = std::make_shared<const News>(std::move(news));
  const std::lock_guard lock(mutex_);
  by_call_.emplace(call, key);
  return key;
}

void EventListeners::remove(call::CallId call, const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = by_call_.equal_range(call);
  const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second == key; });
  if (found != last) by_call_.erase(found);
}

void EventListeners::tell(const std::vector<call::CallId>& calls) const {
  std::vector<Key> told;
  {
    const std::lock_guard lock(mutex_);
    if (by_call_.empty()) return;
    for (const call::CallId call : calls) {
      const auto [first, last] = by_call_.equal_range(call);
      for (auto listener = first; listener != last; ++listener) told.push_back(listener->second);
    }
  }
  for (const Key& news : told) (*news)();
}

std::size_t EventListeners::size() const {
  const std::lock_guard lock(mutex_);
  return by_call_.size();
}

}  // namespace tonearm::storage
