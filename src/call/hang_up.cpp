#include "call/hang_up.hpp"

#include <utility>

#include "call/cancel.hpp"
#include "call/dtmf.hpp"
#include "call/operations.hpp"

namespace tonearm::call {
namespace {

/// For recordings to be written and the session to be closed.
constexpr base::milliseconds kEndingMax{2'000};

void disconnect(CallData& call, StepBuilder& step, int status, const std::string& reason) {
  Leg& leg = call.leg;
  if (leg.phase<Disconnected>()) return;
  // A 200 that is decided but not on disk may still be held back: signalling drops it after a reject.
  const bool unanswered = leg.phase<Offered>() || leg.phase<Answering>() || leg.phase<AnswerGiven>();
  if (unanswered) {
    step.now(SignalReject{leg.id, status, reason, {}});
  } else if (!leg.phase<Dialling>()) {
    step.now(SignalHangUp{leg.id});
  }
  leg.signalling = Disconnected{};
}

/// Everything but the stops already posted: their acknowledgement is still owed to somebody.
void disarm_timers(CallData& call, StepBuilder& step) {
  for (const TimerKind kind :
       {TimerKind::bot_acceptance, TimerKind::answer_deadline, TimerKind::ringing, TimerKind::keep_alive,
        TimerKind::longest_duration, TimerKind::session_open, TimerKind::transfer}) {
    call.timers.disarm(step, kind);
  }
}

void stop_everything(CallData& call, StepBuilder& step) {
  const bool lost = call.ending->reason == CallEndReason::media_lost;
  stop_operations(call, step, call.queue.numbers(), lost ? StopCause::media_lost : StopCause::call_ended);
}

void end_unacknowledged(CallData& call, StepBuilder& step) {
  while (!call.queue.operations().empty()) {
    MediaOperation operation = call.queue.take(call.queue.operations().front().number);
    const auto* stopping = std::get_if<Stopping>(&operation.phase);
    const StopCause cause = stopping ? stopping->cause : StopCause::call_ended;
    const EndReason reason = reason_of_stop(operation, cause, base::milliseconds(0));
    end_operation(call, step, std::move(operation), {reason, {}}, base::milliseconds(0));
  }
  while (call.queue.finalising()) {
    FinalisingRecord record = call.queue.take_finalising();
    end_operation(call, step, std::move(record.operation),
                  {EndReason::record_not_written, "it took longer than two seconds after the call's end"},
                  record.captured);
  }
}

void notify_end(CallData& call, StepBuilder& step) {
  end_unsent_dtmf(call, step);
  call.timers.disarm_all(step);
  move(call, step, CallTrigger::all_released);
  call.view.end = call.ending;
  call.view.record.ended = step.stamp().wall;
  if (call.leg.media) call.view.record.codec = call.leg.media->codec;
  call.view.gone = true;
  call.view.audio_active = false;
  std::vector<RequestId> behind;
  if (call.rejected_by) behind.push_back(*call.rejected_by);
  call.notices.about_call(step, call.view, CallEvent::ended, std::move(behind));
  step.write_end_of_call();
}

/// False if the end has begun before.
bool begin_end(CallData& call, StepBuilder& step, CallTrigger trigger, CallEnd end, int status,
               std::optional<RequestId> deleted_by) {
  if (!move(call, step, trigger)) return false;
  disconnect(call, step, status, end.detail);
  disarm_timers(call, step);
  call.ending = std::move(end);
  if (deleted_by) call.notices.about_call(step, call.view, CallEvent::terminating, {*deleted_by});
  if (call.leg.session_released()) return true;
  stop_everything(call, step);
  call.timers.arm(step, TimerKind::record_flush, kEndingMax);
  return true;
}

}  // namespace

void end_call(CallData& call, StepBuilder& step, CallTrigger trigger, CallEnd end, int status,
              std::optional<RequestId> deleted_by) {
  if (begin_end(call, step, trigger, std::move(end), status, deleted_by)) finish_if_released(call, step);
}

void end_disconnected_call(CallData& call, StepBuilder& step, CallTrigger trigger, CallEnd end) {
  if (call.ending) return;
  call.leg.signalling = Disconnected{};
  end_call(call, step, trigger, std::move(end));
}

void hang_up(CallData& call, StepBuilder& step, const CommandContext& context) {
  step.respond(context.request, Accepted{});
  end_call(call, step, CallTrigger::bot_hang_up, {CallEndReason::bot_hung_up, 0, {}}, 480, context.request);
}

void finish_if_released(CallData& call, StepBuilder& step) {
  if (!call.ending || call.view.gone || call.stops.pending()) return;
  Leg& leg = call.leg;
  if (leg.session == Leg::Session::opening || leg.session == Leg::Session::open) {
    step.now(CloseMedia{leg.id});
    leg.session = Leg::Session::closing;
  }
  if (!leg.session_released() || call.queue.finalising()) return;
  notify_end(call, step);
}

void give_up_media(CallData& call, StepBuilder& step) {
  begin_end(call, step, CallTrigger::call_failed,
            {CallEndReason::media_failed, 0, "the media engine did not answer"}, 503, {});
  if (call.view.gone) return;
  if (call.leg.session == Leg::Session::opening || call.leg.session == Leg::Session::open) {
    step.now(CloseMedia{call.leg.id});
  }
  call.leg.session = Leg::Session::closed;
  end_unacknowledged(call, step);
  refuse_waiters(call, step, call.stops.give_up_all());
  finish_if_released(call, step);
}

void on_session_closed(CallData& call, StepBuilder& step, const SessionClosed& report) {
  const bool ours = call.leg.session == Leg::Session::closing;
  if (call.leg.session_released()) {
    ++call.stale_inputs;
    return;
  }
  call.leg.session = Leg::Session::closed;
  call.view.record.media = report.stats;
  if (ours) {
    finish_if_released(call, step);
  } else {
    give_up_media(call, step);
  }
}

}  // namespace tonearm::call
