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
  for (const auto& row : rows) {
    CallQueue& queue = queue_of(row.call);
    if (row.redelivered) {
      queue.add_again(row.number);
    } else {
      queue.add_stored(row);
    }
  }
  std::vector<call::CallId> calls;
  calls.reserve(calls_.size());
  for (const auto& [id, queue] : calls_) calls.push_back(id);
  for (const call::CallId id : calls) advance(queue_of(id));
}

void Delivery::redeliver(call::CallId call, call::NotificationNumber number) {
  CallQueue& queue = queue_of(call);
  queue.add_again(number);
  advance(queue);
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
  queue.prefer_again();
  if (queue.exhausted()) return settle_exhausted(queue);
  if (queue.head_gated()) return;
  if (!queue.head || !queue.head->row) return load(queue, Phase::loading, &Delivery::on_loaded);
  enqueue(queue);
}

/// Nothing to send. A call stays known until its end: its bot may owe us a sign of life, and how it was
/// answered counts when it has something to tell again.
void Delivery::settle_exhausted(CallQueue& queue) {
  metrics_->pending.remove(queue.clear());
  if (queue.call_over() || queue.only_again()) calls_.erase(queue.id());
}

void Delivery::load(CallQueue& queue, Phase meanwhile, Loaded then) {
  queue.phase = meanwhile;
  const call::CallId call = queue.id();
  const call::NotificationNumber number = queue.head_number();
  ports_.store.load(call, number,
                    [weak = weak_from_this(), then, call, number](std::optional<call::OutboxRow> row) {
                      const auto self = weak.lock();
                      if (!self) return;
                      self->ports_.loop.post([weak, then, call, number, row = std::move(row)]() mutable {
                        if (const auto delivery = weak.lock())
                          (*delivery.*then)(call, number, std::move(row));
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
    metrics_->pending.remove(queue->skip_head());
  }
  advance(*queue);
}

void Delivery::enqueue(CallQueue& queue) {
  const call::OutboxRow& row = *queue.head->row;
  const auto url = net::Url::parse(row.url);
  if (!url) return park(queue, {"its address is no http or https URL"});
  queue.destination = row.application.to_string() + ' ' + url->origin();
  queue.phase = Phase::queued;
  if (!queue.head->turn) queue.head->turn = ports_.loop.wall_now();
  destinations_[queue.destination].wait(queue.id(), queue.standing);
  pump(std::string(queue.destination));
  if (queue.phase == Phase::queued) queue.head->row.reset();  // thousands may wait, for hours
}

/// Sends for as long as the destination has room.
void Delivery::pump(const std::string& key) {
  const auto found = destinations_.find(key);
  if (found == destinations_.end()) return;
  Destination& destination = found->second;
  while (!destination.nobody_waits()) {
    const auto call = destination.next(ports_.loop.now());
    if (!call) return wait_for_pause(key, destination);
    const auto queue = calls_.find(*call);
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
  destination.on_sent(ports_.loop.now(), queue.standing);
  metrics_->in_flight.fetch_add(1, std::memory_order_relaxed);
  if (!queue.head->row) return load(queue, Phase::fetching, &Delivery::on_body);
  post(queue);
}

void Delivery::on_body(call::CallId call, call::NotificationNumber number,
                       std::optional<call::OutboxRow> row) {
  CallQueue* queue = find(call, number, Phase::fetching);
  if (!queue) return;
  if (row) {
    queue->set_head_row(std::move(*row));
    return post(*queue);
  }
  const std::string key = queue->destination;
  destinations_[key].on_withdrawn(queue->standing);
  metrics_->in_flight.fetch_sub(1, std::memory_order_relaxed);
  metrics_->pending.remove(queue->skip_head());
  advance(*queue);
  pump(key);
}

void Delivery::post(CallQueue& queue) {
  const CallQueue::Head& head = *queue.head;
  queue.phase = Phase::in_flight;
  queue.sent_at = ports_.loop.now();
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
  account(*queue, outcome.verdict, result.has_value());
  switch (outcome.verdict) {
    case Verdict::delivered:
      delivered(*queue);
      break;
    case Verdict::refused:
      park(*queue, {outcome.reason, queue->head->failures + 1});
      break;
    case Verdict::try_again:
      try_again(*queue, outcome);
      break;
  }
  pump(key);
}

void Delivery::account(CallQueue& queue, Verdict verdict, bool answered) {
  Destination& destination = destinations_[queue.destination];
  const Standing sent_as = queue.standing;
  const auto now = ports_.loop.now();
  if (verdict != Verdict::try_again) {
    destination.on_reached(now, sent_as);
    queue.standing = Standing::proven;
  } else if (answered) {
    destination.on_failed(now, sent_as, ports_.loop.random());
    queue.standing = Standing::fresh;
  } else {
    const bool place_fails = destination.on_unanswered(now, sent_as, queue.sent_at, ports_.loop.random());
    queue.standing = place_fails ? Standing::fresh : Standing::hanging;
  }
  if (verdict != Verdict::delivered) metrics_->failed_attempts_total.fetch_add(1, std::memory_order_relaxed);
}

void Delivery::delivered(CallQueue& queue) {
  const call::NotificationNumber number = queue.head_number();
  if (!queue.head->redelivered) {
    const auto latency = ports_.loop.wall_now() - queue.head->created;
    metrics_->delivery_latency.add(std::chrono::duration_cast<std::chrono::microseconds>(latency));
  }
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
  ports_.listener.on_attempt_failed(queue.id(), queue.head_number(), {outcome.reason, head.failures});
  if (ports_.loop.wall_now() + wait >= queue.deadline(options_.retry))
    return park(queue, {outcome.reason, head.failures});
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

void Delivery::park(CallQueue& queue, const call::GivenUp& because) {
  const call::NotificationNumber number = queue.head_number();
  if (unsigned suppressed = 0; parked_lines.allow(suppressed)) {
    spdlog::warn("call={} notification {} parked: {} ({} more lines held back)", queue.id().to_string(),
                 number.value, because.why, suppressed);
  }
  metrics_->parked_total.fetch_add(1, std::memory_order_relaxed);
  metrics_->pending.remove(1);
  ports_.store.mark_parked(queue.id(), number, because);
  ports_.listener.on_parked(queue.id(), number, because);
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
  std::unordered_map<std::string, std::unordered_set<call::CallId>> late;  // by destination
  for (const call::CallId id : calls) {
    CallQueue& queue = calls_.at(id);
    check_silence(queue);
    if (waits_in_vain(queue)) late[queue.destination].insert(id);
  }
  for (const auto& [key, waiting] : late) destinations_[key].leave(waiting);
  for (const auto& [key, waiting] : late) {
    for (const call::CallId id : waiting) park_untried(calls_.at(id));
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
bool Delivery::waits_in_vain(const CallQueue& queue) {
  if (queue.phase != Phase::queued || ports_.loop.wall_now() < queue.deadline(options_.retry)) return false;
  return destinations_[queue.destination].limit() == 1;  // else it moves
}

void Delivery::park_untried(CallQueue& queue) {
  const std::string why = queue.head->last_failure;
  park(queue, {why.empty() ? "its destination does not answer" : why, queue.head->failures});
}

void Delivery::post_later(milliseconds delay, std::function<void(Delivery&)> task) {
  ports_.loop.call_after(delay, [weak = weak_from_this(), task = std::move(task)] {
    if (const auto self = weak.lock()) task(*self);
  });
}

}  // namespace tonearm::notify
