#include "call/hang_up.hpp"

#include <utility>

#include "call/cancel.hpp"
#include "call/dtmf.hpp"
#include "call/operations.hpp"

namespace tonearm::call {
namespace {

/// For recordings to be written and the session to be closed.
constexpr base::milliseconds kEndingMax{2'000};

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
  notify_ended(call, step, *call.ending);
}

void write_last_step(CallData& call, StepBuilder& step) {
  call.view.record.ended = step.stamp().wall;
  if (call.leg.media) call.view.record.codec = call.leg.media->codec;
  call.over = true;
  step.write_call();
  step.write_end_of_call();
}

/// False if the end has begun before.
bool begin_end(CallData& call, StepBuilder& step, CallTrigger trigger, CallEnd end, int status,
               std::optional<RequestId> deleted_by) {
  if (!move(call, step, trigger)) return false;
  each_leg(call, [&](Leg& leg) { disconnect(step, leg, status, end.detail); });
  disarm_timers(call, step);
  call.ending = std::move(end);
  if (deleted_by) call.notices.about_call(step, call.view, CallEvent::terminating, {*deleted_by});
  if (sessions_released(call)) return true;
  stop_everything(call, step);
  call.timers.arm(step, TimerKind::record_flush, kEndingMax);
  return true;
}

/// Nobody is told: the application heard its ending when a target answered.
void begin_end_of_relay(CallData& call, StepBuilder& step, const CallEnd& end, int status) {
  if (call.ending) return;
  call.ending = end;
  each_leg(call, [&](Leg& leg) { disconnect(step, leg, status, end.detail); });
  disarm_timers(call, step);
  call.timers.arm(step, TimerKind::record_flush, kEndingMax);
}

void finish_relay(CallData& call, StepBuilder& step) {
  call.timers.disarm_all(step);
  write_last_step(call, step);
}

}  // namespace

void notify_ended(CallData& call, StepBuilder& step, const CallEnd& end) {
  call.view.end = end;
  call.view.gone = true;
  call.view.audio_active = false;
  std::vector<RequestId> behind;
  if (call.decided_by) behind.push_back(*call.decided_by);
  call.notices.about_call(step, call.view, CallEvent::ended, std::move(behind));
}

void disconnect(StepBuilder& step, Leg& leg, int status, const std::string& reason) {
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

void close_session(StepBuilder& step, Leg& leg) {
  if (!leg.has_session()) return;
  step.now(CloseMedia{leg.id});
  leg.session = Leg::Session::closing;
}

void end_call(CallData& call, StepBuilder& step, CallTrigger trigger, CallEnd end, int status,
              std::optional<RequestId> deleted_by) {
  if (is_relaying(call)) {
    begin_end_of_relay(call, step, end, status);
    return finish_if_released(call, step);
  }
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
  if (!call.ending || call.over || call.stops.pending()) return;
  each_leg(call, [&](Leg& leg) { close_session(step, leg); });
  if (!sessions_released(call) || call.queue.finalising()) return;
  if (is_relaying(call)) return finish_relay(call, step);
  notify_end(call, step);
  write_last_step(call, step);
}

void give_up_media(CallData& call, StepBuilder& step) {
  const CallEnd end{CallEndReason::media_failed, 0, "the media engine did not answer"};
  if (is_relaying(call)) {
    begin_end_of_relay(call, step, end, 503);
  } else {
    begin_end(call, step, CallTrigger::call_failed, end, 503, {});
  }
  if (call.over) return;
  each_leg(call, [&](Leg& leg) {
    close_session(step, leg);
    leg.session = Leg::Session::closed;
  });
  end_unacknowledged(call, step);
  refuse_waiters(call, step, call.stops.give_up_all());
  finish_if_released(call, step);
}

void on_session_closed(CallData& call, StepBuilder& step, const SessionClosed& report) {
  call.view.record.media = report.stats;
  on_session_gone(call, step, call.leg);
}

void on_session_gone(CallData& call, StepBuilder& step, Leg& leg) {
  const bool ours = leg.session == Leg::Session::closing;
  leg.session = Leg::Session::closed;
  if (ours) {
    finish_if_released(call, step);
  } else {
    give_up_media(call, step);
  }
}

}  // namespace tonearm::call
