#include "call/dispatch.hpp"

#include <algorithm>

#include "call/cancel.hpp"
#include "call/commits.hpp"
#include "call/dtmf.hpp"
#include "call/hang_up.hpp"
#include "call/immediate.hpp"
#include "call/incoming.hpp"
#include "call/operations.hpp"
#include "call/outgoing.hpp"
#include "call/play.hpp"
#include "call/record.hpp"
#include "call/redirect.hpp"
#include "call/session.hpp"
#include "call/tones.hpp"
#include "call/transfer.hpp"

namespace tonearm::call {
namespace {

void keep_alive(CallData& call, StepBuilder& step, const CommandContext& context) {
  if (call.timers.armed(TimerKind::keep_alive)) {
    call.timers.arm(step, TimerKind::keep_alive, call.policy.keepalive_timeout);
  }
  step.respond(context.request, Accepted{});
}

struct OnCommand {
  CallData& call;
  StepBuilder& step;
  const CommandContext& context;

  void operator()(const AnswerCommand& c) const { answer(call, step, context, c); }
  void operator()(const RejectCommand& c) const { reject(call, step, context, c); }
  void operator()(const DeleteCommand&) const { hang_up(call, step, context); }
  void operator()(const KeepAliveCommand&) const { keep_alive(call, step, context); }
  void operator()(const PlayCommand& c) const { play(call, step, context, c); }
  void operator()(const RecordCommand& c) const { record(call, step, context, c); }
  void operator()(const SubscribeToToneCommand& c) const { subscribe_to_tone(call, step, context, c); }
  void operator()(const CancelCommand& c) const { cancel(call, step, context, c); }
  void operator()(const SendDtmfCommand& c) const { send_dtmf(call, step, context, c); }
  void operator()(const UpdateRecordingStatusCommand& c) const {
    update_recording_status(call, step, context, c);
  }
  void operator()(const TransferCommand& c) const { transfer(call, step, context, c); }
  void operator()(const RedirectCommand& c) const { redirect(call, step, context, c); }
};

struct OnSignal {
  CallData& call;
  StepBuilder& step;

  void operator()(const LegRinging& s) const { on_far_ringing(call, step, s); }
  void operator()(const LegAnswered& s) const { on_far_answer(call, step, s); }
  void operator()(const LegAcked& s) const { on_acked(call, step, s); }
  void operator()(const LegMediaChanged& s) const { on_media_changed(call, step, s); }
  void operator()(const LegKey& s) const {
    if (is_relaying(call)) return pass_info_key_on(call, step, call.leg, s.tone);
    step.now(InjectKey{call.leg.id, s.tone});
  }
  void operator()(const LegCancelled&) const {
    end_disconnected_call(call, step, CallTrigger::remote_bye, {CallEndReason::caller_gave_up, 487, {}});
  }
  void operator()(const LegHungUp&) const {
    if (is_transferred_by_leaving(call)) {
      return end_disconnected_call(call, step, CallTrigger::transferred, {CallEndReason::transferred, 0, {}});
    }
    const auto reason = call.leg.from_pstn ? CallEndReason::pstn_hung_up : CallEndReason::far_end_hung_up;
    end_disconnected_call(call, step, CallTrigger::remote_bye, {reason, 0, {}});
  }
  void operator()(const LegFailed& s) const { on_leg_failed(call, step, s); }
  void operator()(const LegReferred& s) const { on_referred(call, step, s); }
};

struct OnMedia {
  CallData& call;
  StepBuilder& step;

  void operator()(const SessionOpened& m) const { on_session_opened(call, step, m); }
  void operator()(const SessionFailed& m) const { on_session_failed(call, step, m); }
  void operator()(const PromptReady& m) const { on_prompt_ready(call, step, m); }
  void operator()(const PromptFailed& m) const { on_prompt_failed(call, step, m); }
  void operator()(const OperationStarted& m) const { on_started(call, step, m); }
  void operator()(const OperationFinished& m) const { on_finished(call, step, m); }
  void operator()(const RecordWritten& m) const { on_record_written(call, step, m); }
  void operator()(const StopAcknowledged& m) const { on_stop_acknowledged(call, step, m); }
  void operator()(const MediaLost&) const {
    end_call(call, step, CallTrigger::call_failed, {CallEndReason::media_lost, 0, {}});
  }
  void operator()(const KeyPressed& m) const {
    if (is_relaying(call)) return pass_key_on(call, step, call.leg, m.tone);
    on_key(call, step, m);
  }
  void operator()(const DtmfSent& m) const { on_dtmf_sent(call, step, m); }
  void operator()(const SessionClosed& m) const { on_session_closed(call, step, m); }
};

void on_timer(CallData& call, StepBuilder& step, const TimerKey& timer) {
  const auto fail = [&](CallEndReason reason) {
    end_call(call, step, CallTrigger::call_failed, {reason, 0, {}});
  };
  switch (timer.kind) {
    case TimerKind::bot_acceptance:
      return on_offer_not_accepted(call, step);
    case TimerKind::answer_deadline:
      return on_not_decided(call, step);
    case TimerKind::ringing:
      if (call.redirect) return on_redirect_too_long(call, step);
      return on_ringing_too_long(call, step);
    case TimerKind::keep_alive:
      return fail(CallEndReason::keep_alive_missed);
    case TimerKind::longest_duration:
      return fail(CallEndReason::longest_duration);
    case TimerKind::stop_slow:
      return on_stop_slow(call, step, StopId(timer.subject));
    case TimerKind::stop_dead:
    case TimerKind::session_open:
    case TimerKind::record_flush:
      return give_up_media(call, step);
    case TimerKind::transfer:
      return on_transfer_too_long(call, step);
    case TimerKind::prompt_fetch:
      return on_prompt_late(call, step, OperationNumber(static_cast<std::uint32_t>(timer.subject)));
  }
}

struct OnInput {
  CallData& call;
  StepBuilder& step;

  void operator()(const CommandInput& input) const {
    if (is_ending(call.view.state)) {
      step.refuse(input.context.request, CommandFailure::Kind::call_not_found, "Call not found.");
    } else {
      std::visit(OnCommand{call, step, input.context}, input.command);
    }
  }
  void operator()(const SignalInput& input) const {
    Leg* target = find_target(call, input.leg);
    if (target && !target->phase<Disconnected>()) {
      on_target_signal(call, step, *target, input.body);
    } else if (input.leg != call.leg.id || call.leg.phase<Disconnected>()) {
      ++call.stale_inputs;
    } else {
      std::visit(OnSignal{call, step}, input.body);
    }
  }
  void operator()(const MediaInput& input) const {
    // A file may be finished after its session is closed; nothing else comes from a closed one.
    const bool written = std::holds_alternative<RecordWritten>(input.body);
    Leg* target = find_target(call, input.leg);
    if (target && !target->session_released()) {
      on_target_media(call, step, *target, input.body);
    } else if (input.leg != call.leg.id || (call.leg.session_released() && !written)) {
      ++call.stale_inputs;
    } else {
      std::visit(OnMedia{call, step}, input.body);
    }
  }
  void operator()(const TimerFired& input) const {
    if (call.timers.take(input.timer)) {
      on_timer(call, step, input.timer);
    } else {
      ++call.stale_inputs;
    }
  }
  void operator()(const StepCommitted& input) const { on_committed(call, step, input.step); }
  void operator()(const CommitFailed& input) const { on_commit_failed(call, step, input.step); }
  void operator()(const NotificationDelivered& input) const {
    call.notices.settle(input.number);
    on_offer_accepted(call, step);
  }
  void operator()(const NotificationParked& input) const {
    call.notices.settle(input.number);
    on_offer_refused(call, step);
  }
  void operator()(const BotSilent&) const {
    if (is_relaying(call)) return;  // the caller has nothing to do with it any more
    end_call(call, step, CallTrigger::call_failed, {CallEndReason::dead_bot, 0, {}});
  }
  void operator()(const ServerStopping&) const {
    end_call(call, step, CallTrigger::call_failed, {CallEndReason::server_stopping, 0, {}}, 503);
  }
};

}  // namespace

void dispatch(CallData& call, StepBuilder& step, const Input& input) {
  std::visit(OnInput{call, step}, input);
}

}  // namespace tonearm::call
