#include "notify/event_sink.hpp"

#include <utility>

namespace tonearm::notify {

EventSink::EventSink(DeliveryPorts ports, DeliveryOptions options)
    : loop_(ports.loop),
      metrics_(std::make_shared<DeliveryMetrics>()),
      delivery_(std::make_shared<Delivery>(std::move(ports), options, metrics_)) {}

EventSink::~EventSink() {
  stop();
}

void EventSink::post_publish(call::OutboxRow row, std::vector<call::RequestId> behind) {
  metrics_->pending.add(1);
  post([row = std::move(row), behind = std::move(behind)](Delivery& delivery) mutable {
    delivery.publish(std::move(row), std::move(behind));
  });
}

void EventSink::post_open_gate(call::RequestId request) {
  post([request](Delivery& delivery) { delivery.open_gate(request); });
}

void EventSink::post_resume(std::vector<call::OutboxRow> rows) {
  metrics_->pending.add(rows.size());
  post([rows = std::move(rows)](Delivery& delivery) { delivery.resume(rows); });
}

void EventSink::post_redeliver(call::CallId call, call::NotificationNumber number) {
  metrics_->pending.add(1);
  post([call, number](Delivery& delivery) { delivery.redeliver(call, number); });
}

bool EventSink::wait_until_drained(std::chrono::milliseconds limit, const std::atomic<bool>& enough) {
  return metrics_->pending.wait_until_empty(limit, enough);
}

void EventSink::stop() {
  std::shared_ptr<Delivery> last;
  const std::lock_guard lock(mutex_);
  last.swap(delivery_);
}

template <class Task>
void EventSink::post(Task task) {
  std::weak_ptr<Delivery> weak;
  {
    const std::lock_guard lock(mutex_);
    weak = delivery_;
  }
  loop_.post([weak = std::move(weak), task = std::move(task)]() mutable {
    if (const auto delivery = weak.lock()) task(*delivery);
  });
}

}  // namespace tonearm::notify
