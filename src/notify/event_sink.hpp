#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "call/ports.hpp"
#include "notify/delivery.hpp"
#include "notify/metrics.hpp"

namespace tonearm::notify {

/// Delivery's door for the calls.
///
/// Lifecycle: construct → `post_resume` with what the store had pending → publish … → `wait_until_drained` →
/// `stop`. A gate that a notification waits for must be opened after that notification was published, in the
/// order of the posts: a call's strand does both.
/// Threading: thread-safe.
class EventSink final : public call::EventSink {
 public:
  EventSink(DeliveryPorts ports, DeliveryOptions options);
  ~EventSink() override;

  void post_publish(call::OutboxRow row, std::vector<call::RequestId> behind) override;
  void post_open_gate(call::RequestId request) override;
  /// Rows that an earlier process left, in order per call. Their gates are open: whoever waited is gone.
  void post_resume(std::vector<call::OutboxRow> rows);
  /// A notification that was parked and has been made pending in the store again.
  void post_redeliver(call::CallId call, call::NotificationNumber number);

  /// False if something was still on its way when `limit` was over or `enough` became true (see `wake`); it
  /// stays in the store.
  bool wait_until_drained(std::chrono::milliseconds limit, const std::atomic<bool>& enough);
  void wake() { metrics_->pending.wake(); }
  /// Nothing is sent any more. Idempotent; a task of the loop that runs at this moment is not waited for.
  void stop();
  [[nodiscard]] const DeliveryMetrics& metrics() const { return *metrics_; }

 private:
  Loop& loop_;
  const std::shared_ptr<DeliveryMetrics> metrics_;
  std::mutex mutex_;  // guards delivery_
  std::shared_ptr<Delivery> delivery_;

  template <class Task>
  void post(Task task);
};

}  // namespace tonearm::notify
