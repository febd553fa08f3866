#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <utility>

#include "base/bounded_queue.hpp"
#include "media/key.hpp"
#include "media/mailbox.hpp"

namespace tonearm::media {

/// Carries a session's keys to the dispatcher: a ring, and one mail that travels while there is something in
/// it. Threading: `push` and `settle` on the media thread; delivered on the dispatcher's.
class KeyReports final : public Mail {
 public:
  /// So many may be pressed before the dispatcher gets to them.
  static constexpr std::size_t kRing = 64;

  explicit KeyReports(std::function<void(Key)> tell) : tell_(std::move(tell)) {}

  /// False if the ring is full: the key is lost.
  bool push(Key key) {
    const bool kept = ring_.push(key);
    pushed_ = pushed_ || kept;
    return kept;
  }
  template <class Report>
  void settle(Report&& report) {
    if (std::exchange(pushed_, false) && !travelling_.exchange(true, std::memory_order_acq_rel))
      report(*this);
  }
  void deliver() override {
    // Before the ring is emptied: what is pushed behind its emptying travels again.
    travelling_.exchange(false, std::memory_order_acq_rel);
    while (const auto key = ring_.pop()) tell_(*key);
  }

 private:
  const std::function<void(Key)> tell_;
  base::SpscRing<Key> ring_{kRing};
  bool pushed_ = false;  // since the last `settle`
  std::atomic<bool> travelling_{false};
};

}  // namespace tonearm::media
