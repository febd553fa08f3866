#include "call/cancel.hpp"

#include <algorithm>
#include <expected>
#include <utility>

#include "call/hang_up.hpp"
#include "call/operations.hpp"

namespace tonearm::call {
namespace {

constexpr base::milliseconds kSlowStop{500};
constexpr base::milliseconds kDeadStop{2'000};

/// What the request names, in queue order; none if it names an operation that this call does not know.
std::optional<std::vector<OperationNumber>> frozen(CallData& call, const CancelCommand& command) {
  if (command.operation) {
    const MediaOperation* operation = call.queue.find(*command.operation);
    if (operation && operation->answered && !operation->withdrawn) return std::vector{operation->number};
    if (call.view.operations.contains(*command.operation)) return std::vector<OperationNumber>{};
    return std::nullopt;
  }
  std::vector<OperationNumber> numbers = call.queue.numbers();
  if (numbers.empty() || command.scope == CancelScope::all) return numbers;
  if (command.scope == CancelScope::current) return std::vector{numbers.front()};
  numbers.erase(numbers.begin());
  return numbers;
}

/// Stops that were joined may have been acknowledged in another order than that of the queue.
void sort_by_queue(std::vector<OperationId>& ids, const CallSnapshot& call) {
  std::ranges::sort(ids, {}, [&](OperationId id) {
    const auto found = call.operations.find(id);
    return found == call.operations.end() ? OperationNumber{} : found->second.number;
  });
}

void answer_cancel(CallData& call, StepBuilder& step, const CommandContext& context, WaitingCancel cancel) {
  OperationView view;
  view.id = OperationId(step.stamp().ids.guid());
  view.kind = OperationKind::cancel_media_processing;
  view.status = OperationStatus::completed;
  view.client_context = std::move(cancel.client_context);
  view.ending = OperationEnding{EndReason::immediate, {}};
  view.stop_latency = cancel.latency;
  view.cancelled = std::move(cancel.cancelled);
  sort_by_queue(view.cancelled, call.view);
  step.respond(context.request, view);
  step.write_operation(view);
  call.view.operations[view.id] = std::move(view);
}

/// What the media thread said about one operation; not mentioned means that it knew nothing of it.
StoppedOperation outcome_of(const StopAcknowledged& report, OperationNumber number) {
  const auto found = std::ranges::find(report.operations, number, &StoppedOperation::number);
  return found == report.operations.end() ? StoppedOperation{number, StopOutcome::nothing, {}} : *found;
}

void note_cancelled(CallData& call, OperationNumber number, OperationId id, StopId stop) {
  for (StopWaiter& waiter : call.stops.waiters()) {
    auto* cancel = std::get_if<WaitingCancel>(&waiter.what);
    if (!cancel || std::ranges::find(waiter.outstanding, stop) == waiter.outstanding.end()) continue;
    if (std::ranges::find(cancel->named, number) != cancel->named.end()) cancel->cancelled.push_back(id);
  }
}

void note_latency(CallData& call, const StopAcknowledged& report) {
  if (report.cut_at == base::TimePoint{}) return;  // nothing sounded
  for (StopWaiter& waiter : call.stops.waiters()) {
    auto* cancel = std::get_if<WaitingCancel>(&waiter.what);
    if (!cancel || std::ranges::find(waiter.outstanding, report.stop) == waiter.outstanding.end()) continue;
    const auto latency =
        std::chrono::duration_cast<base::microseconds>(report.cut_at - waiter.context.received);
    cancel->latency = std::max(cancel->latency, latency);
  }
}

/// Ends one operation of an acknowledged stop. One that ended by itself before is not here any more.
void end_acknowledged(CallData& call, StepBuilder& step, StopId stop, const StoppedOperation& stopped) {
  const MediaOperation* operation = call.queue.find(stopped.number);
  const auto* stopping = operation ? std::get_if<Stopping>(&operation->phase) : nullptr;
  if (!stopping || stopping->stop != stop) return;
  const bool completed = stopped.outcome == StopOutcome::completed && !operation->is_record();
  const EndReason reason =
      completed ? EndReason::play_finished : reason_of_stop(*operation, stopping->cause, stopped.sent);
  if (!completed && !operation->withdrawn) note_cancelled(call, stopped.number, operation->id, stop);
  end_stopped(call, step, call.queue.take(stopped.number), {reason, {}}, stopped.sent,
              call.stops.requests_waiting_for(stop));
}

void answer_waiter(CallData& call, StepBuilder& step, StopWaiter waiter) {
  if (auto* cancel = std::get_if<WaitingCancel>(&waiter.what)) {
    answer_cancel(call, step, waiter.context, std::move(*cancel));
    return;
  }
  MediaOperation* operation = call.queue.find(std::get<WaitingRecord>(waiter.what).number);
  if (operation && !operation->answered) answer_creation(call, step, *operation);
}

}  // namespace

void cancel(CallData& call, StepBuilder& step, const CommandContext& context, const CancelCommand& command) {
  auto numbers = frozen(call, command);
  if (!numbers) {
    step.refuse(context.request, CommandFailure::Kind::operation_not_found,
                "The call has no operation with this id.");
    return;
  }
  auto outstanding = stop_operations(call, step, *numbers, StopCause::cancelled);
  WaitingCancel waiting{command.client_context, std::move(*numbers), {}, {}};
  if (outstanding.empty()) {
    answer_cancel(call, step, context, std::move(waiting));
  } else {
    call.stops.wait({context, std::move(outstanding), std::move(waiting)});
  }
}

std::vector<StopId> stop_operations(CallData& call, StepBuilder& step,
                                    const std::vector<OperationNumber>& numbers, StopCause cause) {
  std::vector<StopId> outstanding;
  std::vector<OperationNumber> fresh;
  for (const OperationNumber number : numbers) {
    const auto* stopping = std::get_if<Stopping>(&call.queue.find(number)->phase);
    if (!stopping) {
      fresh.push_back(number);
    } else if (std::ranges::find(outstanding, stopping->stop) == outstanding.end()) {
      outstanding.push_back(stopping->stop);
    }
  }
  if (fresh.empty()) return outstanding;
  const StopId stop = call.stops.post(fresh);
  for (const OperationNumber number : fresh) {
    call.queue.find(number)->phase = Stopping{stop, cause};
    call.timers.disarm(step, TimerKind::prompt_fetch, number.value);
  }
  step.now(StopOperations{call.leg.id, stop, std::move(fresh)});
  call.timers.arm(step, TimerKind::stop_slow, kSlowStop, stop.value);
  outstanding.push_back(stop);
  return outstanding;
}

void on_stop_acknowledged(CallData& call, StepBuilder& step, const StopAcknowledged& report) {
  const auto stop = call.stops.take(report.stop);
  if (!stop) {
    ++call.stale_inputs;
    return;
  }
  call.timers.disarm(step, TimerKind::stop_slow, report.stop.value);
  call.timers.disarm(step, TimerKind::stop_dead, report.stop.value);
  note_latency(call, report);
  for (const OperationNumber number : stop->numbers) {
    end_acknowledged(call, step, report.stop, outcome_of(report, number));
  }
  for (StopWaiter& waiter : call.stops.settle(report.stop)) answer_waiter(call, step, std::move(waiter));
  start_what_is_due(call, step);
  finish_if_released(call, step);
}

void on_stop_slow(CallData& call, StepBuilder& step, StopId stop) {
  call.timers.arm(step, TimerKind::stop_dead, kDeadStop - kSlowStop, stop.value);
  refuse_waiters(call, step, call.stops.give_up(stop));
}

void refuse_waiters(CallData& call, StepBuilder& step, std::vector<StopWaiter> waiters) {
  for (const StopWaiter& waiter : waiters) {
    const auto* record = std::get_if<WaitingRecord>(&waiter.what);
    MediaOperation* operation = record ? call.queue.find(record->number) : nullptr;
    if (record && (!operation || operation->answered)) continue;  // its ending answered it
    step.refuse(
        waiter.context.request, CommandFailure::Kind::internal,
        "The media engine did not confirm the stop in time; the sound is being stopped all the same.");
    if (!operation) continue;
    operation->withdrawn = true;
    stop_operations(call, step, {operation->number}, StopCause::cancelled);
  }
}

}  // namespace tonearm::call
