#include "notify/delivery.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "net/url.hpp"
#include "notify/notification_request.hpp"

namespace tonearm::notify {
namespace {

using std::chrono::milliseconds;

/// How often dead bots and passed deadlines are looked for.
constexpr milliseconds kSweepEvery{1000};
/// A `Retry-After` beyond this is not believed.
constexpr milliseconds kRetryAfterMax{60'000};

base::RateLimit parked_lines(20);

}  // namespace

Delivery::Delivery(DeliveryPorts ports, DeliveryOptions options, std::shared_ptr<DeliveryMetrics> metrics)
    : ports_(std::move(ports)), options_(options), metrics_(std::move(metrics)) {}

void Delivery::publish(call::OutboxRow row, std::vector<call::RequestId> behind) {
  for (const call::RequestId request : behind) gate_owners_.emplace(request, row.call);
  CallQueue& queue = queue_of(row.call);
  queue.add(std::move(row), std::move(behind));
  advance(queue);
}

void Delivery::open_gate(call::RequestId request) {
  const auto owner = gate_owners_.extract(request);
  if (owner.empty()) return;
  const auto found = calls_.find(owner.mapped());
  if (found == calls_.end()) return;
  found->second.open_gate(request);
  advance(found->second);
}

void Delivery::resume(const std::vector<call::OutboxRow>& rows) {
  for (const auto& row : rows) queue_of(row.call).add_stored(row);
  std::vector<call::CallId> calls;
  calls.reserve(calls_.size());
  for (const auto& [id, queue] : calls_) calls.push_back(id);
  for (const call::CallId id : calls) advance(queue_of(id));
}

CallQueue& Delivery::queue_of(call::CallId call) {
  arm_sweep();
  return calls_.try_emplace(call, call).first->second;
}

/// The call's queue, if its head is still that one and in that phase: what comes late is dropped.
CallQueue* Delivery::find(call::CallId call, call::NotificationNumber head, Phase phase) {
  const auto found = calls_.find(call);
  if (found == calls_.end()) return nullptr;
  CallQueue& queue = found->second;
  return queue.phase == phase && queue.head_number() == head ? &queue : nullptr;
}

/// Takes the head as far as it can go now. The queue may be gone afterwards.
void Delivery::advance(CallQueue& queue) {
  if (queue.phase != Phase::resting) return;
  if (queue.exhausted()) return settle_exhausted(queue);
  if (queue.head_gated()) return;
  if (!queue.head || !queue.head->row) return load_head(queue);
  enqueue(queue);
}

/// Nothing to send. A call stays known while its bot owes us a sign of life.
void Delivery::settle_exhausted(CallQueue& queue) {
  metrics_->pending.remove(queue.clear());
  if (queue.call_over() || !queue.silent_since()) calls_.erase(queue.id());
}

void Delivery::load_head(CallQueue& queue) {
  queue.phase = Phase::loading;
  const call::CallId call = queue.id();
  const call::NotificationNumber number = queue.head_number();
  ports_.store.load(call, number,
                    [weak = weak_from_this(), call, number](std::optional<call::OutboxRow> row) {
                      const auto self = weak.lock();
                      if (!self) return;
                      self->ports_.loop.post([weak, call, number, row = std::move(row)]() mutable {
                        if (const auto delivery = weak.lock())
                          delivery->on_loaded(call, number, std::move(row));
                      });
                    });
}

void Delivery::on_loaded(call::CallId call, call::NotificationNumber number,
                         std::optional<call::OutboxRow> row) {
  CallQueue* queue = find(call, number, Phase::loading);
  if (!queue) return;
  queue->phase = Phase::resting;
  if (row) {
    queue->set_head_row(std::move(*row));
  } else {
    queue->skip_head();
  }
  advance(*queue);
}

void Delivery::enqueue(CallQueue& queue) {
  const call::OutboxRow& row = *queue.head->row;
  const auto url = net::Url::parse(row.url);
  if (!url) return park(queue, "its address is no http or https URL");
  queue.destination = row.application.to_string() + ' ' + url->origin();
  queue.phase = Phase::queued;
  if (!queue.head->turn) queue.head->turn = ports_.loop.wall_now();
  destinations_[queue.destination].waiting.push_back(queue.id());
  pump(std::string(queue.destination));
}

/// Sends for as long as the destination has room.
void Delivery::pump(const std::string& key) {
  const auto found = destinations_.find(key);
  if (found == destinations_.end()) return;
  Destination& destination = found->second;
  while (!destination.waiting.empty()) {
    if (!destination.may_send(ports_.loop.now())) return wait_for_pause(key, destination);
    const call::CallId call = destination.waiting.front();
    destination.waiting.pop_front();
    const auto queue = calls_.find(call);
    if (queue == calls_.end() || queue->second.phase != Phase::queued || queue->second.destination != key)
      continue;
    send(queue->second, destination);
  }
}

void Delivery::wait_for_pause(const std::string& key, Destination& destination) {
  const auto left = destination.pause_until() - ports_.loop.now();
  if (left <= base::TimePoint::duration::zero() || destination.timer_armed) return;
  destination.timer_armed = true;
  post_later(std::chrono::ceil<milliseconds>(left), [key](Delivery& self) {
    if (const auto found = self.destinations_.find(key); found != self.destinations_.end()) {
      found->second.timer_armed = false;
    }
    self.pump(key);
  });
}

void Delivery::send(CallQueue& queue, Destination& destination) {
  CallQueue::Head& head = *queue.head;
  queue.phase = Phase::in_flight;
  destination.on_sent(ports_.loop.now());
  metrics_->in_flight.fetch_add(1, std::memory_order_relaxed);

  const std::string token = ports_.token(head.row->application, head.row->tenant);
  PostRequest request = make_request(*head.row, token, options_.answer_timeout);
  const call::CallId call = queue.id();
  const call::NotificationNumber number = queue.head_number();
  ports_.poster.post(std::move(request),
                     [weak = weak_from_this(), call, number](base::Result<PostAnswer> result) {
                       const auto self = weak.lock();
                       if (!self) return;
                       self->ports_.loop.post([weak, call, number, result = std::move(result)] {
                         if (const auto delivery = weak.lock()) delivery->on_answer(call, number, result);
                       });
                     });
}

void Delivery::on_answer(call::CallId call, call::NotificationNumber number,
                         const base::Result<PostAnswer>& result) {
  CallQueue* queue = find(call, number, Phase::in_flight);
  if (!queue) return;
  metrics_->in_flight.fetch_sub(1, std::memory_order_relaxed);
  const Outcome outcome = judge(result, ports_.loop.wall_now());
  const std::string key = queue->destination;
  account(key, outcome.verdict);
  switch (outcome.verdict) {
    case Verdict::delivered:
      delivered(*queue);
      break;
    case Verdict::refused:
      park(*queue, outcome.reason);
      break;
    case Verdict::try_again:
      try_again(*queue, outcome);
      break;
  }
  pump(key);
}

void Delivery::account(const std::string& key, Verdict verdict) {
  Destination& destination = destinations_[key];
  if (verdict == Verdict::try_again) {
    destination.on_failed(ports_.loop.now(), ports_.loop.random());
  } else {
    destination.on_reached();
  }
  if (verdict != Verdict::delivered) metrics_->failed_attempts_total.fetch_add(1, std::memory_order_relaxed);
}

void Delivery::delivered(CallQueue& queue) {
  const call::NotificationNumber number = queue.head_number();
  const auto latency = ports_.loop.wall_now() - queue.head->created;
  metrics_->delivery_latency.add(std::chrono::duration_cast<std::chrono::microseconds>(latency));
  metrics_->delivered_total.fetch_add(1, std::memory_order_relaxed);
  metrics_->pending.remove(1);
  ports_.store.mark_delivered(queue.id(), number);
  ports_.listener.on_delivered(queue.id(), number);
  queue.head_delivered();
  advance(queue);
}

void Delivery::try_again(CallQueue& queue, const Outcome& outcome) {
  CallQueue::Head& head = *queue.head;
  milliseconds wait = backoff(head.failures++, ports_.loop.random());
  if (outcome.retry_after) wait = std::max(wait, std::min(*outcome.retry_after, kRetryAfterMax));
  head.last_failure = outcome.reason;
  if (ports_.loop.wall_now() + wait >= queue.deadline(options_.retry)) return park(queue, outcome.reason);
  head.row.reset();  // the store has it
  queue.phase = Phase::backing_off;
  post_later(wait, [call = queue.id(), number = queue.head_number()](Delivery& self) {
    self.retry_now(call, number);
  });
}

void Delivery::retry_now(call::CallId call, call::NotificationNumber number) {
  CallQueue* queue = find(call, number, Phase::backing_off);
  if (!queue) return;
  queue->phase = Phase::resting;
  advance(*queue);
}

void Delivery::park(CallQueue& queue, const std::string& why) {
  const call::NotificationNumber number = queue.head_number();
  if (unsigned suppressed = 0; parked_lines.allow(suppressed)) {
    spdlog::warn("call={} notification {} parked: {} ({} more lines held back)", queue.id().to_string(),
                 number.value, why, suppressed);
  }
  metrics_->parked_total.fetch_add(1, std::memory_order_relaxed);
  metrics_->pending.remove(1);
  ports_.store.mark_parked(queue.id(), number, why);
  ports_.listener.on_parked(queue.id(), number);
  queue.head_parked();
  advance(queue);
}

void Delivery::arm_sweep() {
  if (sweep_armed_) return;
  sweep_armed_ = true;
  post_later(kSweepEvery, [](Delivery& self) { self.sweep(); });
}

void Delivery::sweep() {
  sweep_armed_ = false;
  std::vector<call::CallId> calls;
  calls.reserve(calls_.size());
  for (const auto& [id, queue] : calls_) calls.push_back(id);
  for (const call::CallId id : calls) {
    CallQueue& queue = calls_.at(id);
    check_silence(queue);
    check_deadline(queue);  // may end the queue
  }
  const auto now = ports_.loop.now();
  std::erase_if(destinations_, [now](const auto& entry) { return entry.second.forgettable(now); });
  if (!calls_.empty() || !destinations_.empty()) arm_sweep();
}

/// A bot that takes nothing must not hold a caller: the call will be ended.
void Delivery::check_silence(CallQueue& queue) {
  if (queue.call_over() || queue.silence_reported || !queue.silent_since()) return;
  if (ports_.loop.wall_now() - *queue.silent_since() < options_.dead_bot_after) return;
  queue.silence_reported = true;
  ports_.listener.on_bot_silent(queue.id());
}

/// A head that waits for a turn at a dead destination does not wait for ever, tried or not.
void Delivery::check_deadline(CallQueue& queue) {
  if (queue.phase != Phase::queued || ports_.loop.wall_now() < queue.deadline(options_.retry)) return;
  Destination& destination = destinations_[queue.destination];
  if (destination.limit() > 1) return;  // it moves
  std::erase(destination.waiting, queue.id());
  const std::string why = queue.head->last_failure;
  park(queue, why.empty() ? "its destination does not answer" : why);
}

void Delivery::post_later(milliseconds delay, std::function<void(Delivery&)> task) {
  ports_.loop.call_after(delay, [weak = weak_from_this(), task = std::move(task)] {
    if (const auto self = weak.lock()) task(*self);
  });
}

}  // namespace tonearm::notify
