#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "call/ids.hpp"

namespace tonearm::storage {

/// Who wants to hear of new events of a call. Threading: thread-safe.
class EventListeners {
 public:
  using News = std::function<void()>;
  using Key = std::shared_ptr<const News>;

  Key add(call::CallId call, News news);
  void remove(call::CallId call, const Key& key);
  /// Tells those of these calls, each once.
  void tell(const std::vector<call::CallId>& calls) const;
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::mutex mutex_;  // guards by_call_
  std::unordered_multimap<call::CallId, Key> by_call_;
};

/// Keeps its listener told; may outlive the log. Threading: a value that only moves.
class EventSubscription {
 public:
  EventSubscription() = default;
  EventSubscription(const std::shared_ptr<EventListeners>& listeners, call::CallId call,
                    EventListeners::News news)
      : listeners_(listeners), call_(call), key_(listeners->add(call, std::move(news))) {}
  EventSubscription(EventSubscription&&) noexcept = default;
  EventSubscription& operator=(EventSubscription&&) = delete;
  ~EventSubscription() {
    const auto listeners = listeners_.lock();
    if (listeners && key_) listeners->remove(call_, key_);
  }

 private:
  std::weak_ptr<EventListeners> listeners_;
  call::CallId call_;
  EventListeners::Key key_;
};

}  // namespace tonearm::storage
