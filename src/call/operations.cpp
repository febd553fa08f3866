#include "call/operations.hpp"

#include <algorithm>
#include <utility>

#include "call/cancel.hpp"
#include "call/hang_up.hpp"

namespace tonearm::call {
namespace {

/// Beyond `prompts.timeout`, in case the media side never says that a fetch failed.
constexpr base::milliseconds kFetchGrace{500};

OperationView created_view(const CallData& call, const MediaOperation& operation) {
  OperationView view;
  view.id = operation.id;
  view.number = operation.number;
  view.kind = operation.is_record() ? OperationKind::record : OperationKind::play;
  view.client_context = operation.client_context;
  if (const auto* play = std::get_if<PlaySpec>(&operation.spec)) view.prompts = play->prompts;
  // Shown to nobody before it has ended; stored, so that a restart knows where it was to be offered.
  if (operation.is_record()) view.recording = operation.recording;
  view.queue_position = static_cast<std::uint32_t>(call.queue.ahead_of(operation.number));
  return view;
}

EndReason failed_prompt_reason(const MediaOperation& operation, bool download) {
  if (operation.is_record()) return EndReason::record_prompt_failed;
  return download ? EndReason::prompt_download_failed : EndReason::prompt_format_invalid;
}

Waiting* waiting(CallData& call, OperationNumber number) {
  MediaOperation* operation = call.queue.find(number);
  return operation ? std::get_if<Waiting>(&operation->phase) : nullptr;
}

void arm(CallData& call, StepBuilder& step, MediaOperation& operation) {
  operation.phase = Armed{};
  call.timers.disarm(step, TimerKind::prompt_fetch, operation.number.value);
  step.now(StartOperation{call.leg.id, operation.number});
}

/// Ends the leading operations that turned out unplayable: their turn has come.
void skip_unplayable(CallData& call, StepBuilder& step) {
  auto& queue = call.queue.operations();
  while (!queue.empty() && !call.stops.hold_back(queue.front().number)) {
    const auto* front = std::get_if<Waiting>(&queue.front().phase);
    if (!front || !front->failed) return;
    OperationEnding ending = *front->failed;
    end_operation(call, step, call.queue.take(queue.front().number), std::move(ending),
                  base::milliseconds(0));
  }
}

bool may_start(const CallData& call, const MediaOperation& operation) {
  const auto* state = std::get_if<Waiting>(&operation.phase);
  return state && state->ready && !state->failed && operation.answered &&
         !call.stops.hold_back(operation.number);
}

void watch_fetch(CallData& call, StepBuilder& step, const MediaOperation& operation) {
  if (!operation.is<Waiting>() || call.timers.armed(TimerKind::prompt_fetch, operation.number.value)) return;
  call.timers.arm(step, TimerKind::prompt_fetch, call.policy.prompt_timeout + kFetchGrace,
                  operation.number.value);
}

bool is_immediate(const CallData& call, OperationId id) {
  const auto found = call.view.operations.find(id);
  return found != call.view.operations.end() && found->second.ending &&
         found->second.ending->reason == EndReason::immediate;
}

/// It is gone from GET; its row says that it is over, so that a restart does not notify an ending.
void withdraw_view(CallData& call, StepBuilder& step, OperationId id, EndReason reason) {
  OperationView row = call.view.operations[id];
  row.status = OperationStatus::failed;
  row.recording.reset();
  row.ending = OperationEnding{reason, {}};
  step.write_operation(std::move(row));
  call.view.operations.erase(id);
}

}  // namespace

bool may_queue(CallData& call, StepBuilder& step, const CommandContext& context) {
  using enum CommandFailure::Kind;
  if (!takes_media_operations(call.view.state)) {
    step.refuse(context.request, bad_request,
                "The call is not established yet; wait for its notification with state established.");
    return false;
  }
  if (call.notices.too_many_pending()) {
    step.refuse(context.request, too_many_requests,
                "Too many notifications of this call are undelivered; accept them, then try again.");
    return false;
  }
  return true;
}

bool has_room(CallData& call, StepBuilder& step, const CommandContext& context) {
  if (call.queue.live() <= call.policy.queue_max) return true;
  step.refuse(context.request, CommandFailure::Kind::bad_request,
              "The media queue of the call is full; wait for operations to end, or cancel them.");
  return false;
}

MediaOperation& enqueue(CallData& call, StepBuilder& step, const CommandContext& context,
                        std::variant<PlaySpec, RecordSpec> spec, std::optional<std::string> client_context) {
  MediaOperation operation;
  operation.id = OperationId(step.stamp().ids.guid());
  operation.spec = std::move(spec);
  operation.client_context = std::move(client_context);
  operation.created_by = context.request;
  MediaOperation& queued = call.queue.push(std::move(operation));
  step.now(PrefetchOperation{call.leg.id, queued.id, queued.number, queued.spec});
  return queued;
}

void answer_creation(CallData& call, StepBuilder& step, MediaOperation& operation) {
  operation.answered = true;
  OperationView view = created_view(call, operation);
  step.respond(operation.created_by, view);
  const bool first = call.queue.operations().front().number == operation.number;
  view.status = first ? OperationStatus::running : OperationStatus::not_started;
  view.queue_position = 0;
  step.write_operation(view);
  call.uncommitted.push_back({step.number(), operation.id});
  call.view.operations[operation.id] = std::move(view);
}

void start_what_is_due(CallData& call, StepBuilder& step) {
  if (!call.view.audio_active || call.ending) return;
  skip_unplayable(call, step);
  auto& queue = call.queue.operations();
  if (queue.empty()) return;
  // The media thread holds one that sounds and one that follows without a gap.
  std::size_t armed = 0;
  for (auto& operation : queue) {
    const auto* state = std::get_if<Waiting>(&operation.phase);
    if (may_start(call, operation)) {
      arm(call, step, operation);
    } else if (state) {
      break;
    }
    if (++armed == 2) break;
  }
  watch_fetch(call, step, queue.front());
}

void end_operation(CallData& call, StepBuilder& step, MediaOperation operation, OperationEnding ending,
                   base::milliseconds duration, std::vector<RequestId> behind) {
  call.timers.disarm(step, TimerKind::prompt_fetch, operation.number.value);
  if (operation.withdrawn) return;
  if (!operation.answered) answer_creation(call, step, operation);
  OperationView& view = call.view.operations[operation.id];
  view.status = status_after(ending.reason);
  view.media_duration = duration;
  const bool kept = ending.reason == EndReason::record_cancelled && duration >= kLeastRecording;
  if (!kept && !needs_file(ending.reason)) view.recording.reset();
  view.ending = std::move(ending);
  behind.insert(behind.begin(), operation.created_by);
  call.notices.about_operation(step, call.view, view, std::move(behind));
  step.write_operation(view);
}

void end_stopped(CallData& call, StepBuilder& step, MediaOperation operation, OperationEnding ending,
                 base::milliseconds duration, std::vector<RequestId> behind) {
  if (!operation.withdrawn && needs_file(ending.reason)) {
    call.queue.finalise({std::move(operation), ending.reason, duration});
    return;
  }
  end_operation(call, step, std::move(operation), std::move(ending), duration, std::move(behind));
}

void on_prompt_ready(CallData& call, StepBuilder& step, const PromptReady& report) {
  Waiting* state = waiting(call, report.number);
  if (!state || state->failed) {
    ++call.stale_inputs;
    return;
  }
  state->ready = true;
  start_what_is_due(call, step);
}

void on_prompt_failed(CallData& call, StepBuilder& step, const PromptFailed& report) {
  Waiting* state = waiting(call, report.number);
  if (!state || state->failed) {
    ++call.stale_inputs;
    return;
  }
  state->failed =
      OperationEnding{failed_prompt_reason(*call.queue.find(report.number), report.download), report.cause};
  start_what_is_due(call, step);
}

void on_prompt_late(CallData& call, StepBuilder& step, OperationNumber number) {
  on_prompt_failed(call, step, {number, true, "the download took too long"});
}

void on_started(CallData& call, StepBuilder& step, const OperationStarted& report) {
  MediaOperation* operation = call.queue.find(report.number);
  if (!operation || !operation->is<Armed>() || operation != &call.queue.operations().front()) {
    ++call.stale_inputs;  // Stopping ones too: what the stop's acknowledgement says counts.
    return;
  }
  operation->phase = Running{};
  OperationView& view = call.view.operations[operation->id];
  if (view.status == OperationStatus::running) return;
  view.status = OperationStatus::running;
  step.write_operation(view);
}

void on_finished(CallData& call, StepBuilder& step, const OperationFinished& report) {
  const MediaOperation* operation = call.queue.find(report.number);
  if (!operation || operation->is<Waiting>()) {
    ++call.stale_inputs;
    return;
  }
  end_stopped(call, step, call.queue.take(report.number), {report.reason, report.cause}, report.sent, {});
  start_what_is_due(call, step);
  finish_if_released(call, step);
}

void on_record_written(CallData& call, StepBuilder& step, const RecordWritten& report) {
  auto record = call.queue.take_finalising(report.number);
  if (!record) {
    ++call.stale_inputs;
    return;
  }
  OperationEnding ending{record->reason, {}};
  if (!report.ok) ending = {EndReason::record_not_written, report.cause};
  end_operation(call, step, std::move(record->operation), std::move(ending), record->captured);
  finish_if_released(call, step);
}

void withdraw(CallData& call, StepBuilder& step, OperationId id) {
  if (MediaOperation* operation = call.queue.find(id)) {
    operation->withdrawn = true;
    withdraw_view(call, step, id, reason_of_stop(*operation, StopCause::cancelled, base::milliseconds(0)));
    stop_operations(call, step, {operation->number}, StopCause::cancelled);
  } else if (std::erase_if(call.sending, [&](const SendingDtmf& sending) { return sending.id == id; }) != 0) {
    withdraw_view(call, step, id, EndReason::dtmf_call_ended);
  } else if (is_immediate(call, id)) {
    std::erase_if(call.tone_subscriptions, [&](const auto& entry) { return entry.id == id; });
    withdraw_view(call, step, id, EndReason::immediate);
  }
}

}  // namespace tonearm::call
