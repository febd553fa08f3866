#include "call/outgoing.hpp"

#include "call/hang_up.hpp"
#include "call/incoming.hpp"

namespace tonearm::call {
void dial(CallData& call, StepBuilder& step, const CommandContext& context) {
  step.respond(context.request, Accepted{});
  for (const Prompt& prompt : call.view.prefetch_media) step.now(WarmPrompt{prompt});
  call.notices.about_call(step, call.view, CallEvent::establishing, {context.request});
  call.leg.signalling = Dialling{step.number()};
  call.leg.session = Leg::Session::opening;
  step.now(OpenMedia{call.leg.id, std::nullopt});
  call.timers.arm(step, TimerKind::session_open, kSessionOpenMax);
  call.timers.arm(step, TimerKind::keep_alive, call.policy.keepalive_timeout);
}

void invite(CallData& call, StepBuilder& step, const LocalMedia& local) {
  call.leg.signalling = Calling{call.leg.phase<Dialling>()->created_step, step.number()};
  step.after_commit(
      SignalInvite{call.leg.id, {call.view.source, call.leg.caller_number, call.leg.remote, local}});
  step.write_call();  // an INVITE leaves when the call's row is on disk
  call.timers.arm(step, TimerKind::ringing, call.policy.ringing_timeout);
}

void on_far_ringing(CallData& call, StepBuilder& step, const LegRinging& report) {
  if (!report.early || !call.leg.phase<Calling>()) return;
  call.leg.media = report.early;
  step.now(UpdateMedia{call.leg.id, *report.early});
}

void on_far_answer(CallData& call, StepBuilder& step, const LegAnswered& report) {
  if (!call.leg.phase<Calling>()) {
    ++call.stale_inputs;
    return;
  }
  call.timers.disarm(step, TimerKind::ringing);
  call.leg.signalling = Connected{};
  call.leg.media = report.media;
  step.now(UpdateMedia{call.leg.id, report.media});
  step.write_dialog(call.leg.id, report.dialog);
  step.after_commit(SignalAck{call.leg.id});  // else a crash could leave somebody in a call without a row
  establish(call, step, CallTrigger::far_answer);
  activate_audio(call, step);
}

CallEnd end_after_refusal(const LegFailed& report) {
  if (report.no_route) return {CallEndReason::cannot_route, 480, report.reason};
  switch (report.status) {
    case 0:  // no INVITE arrived anywhere: a user without a phone, a trunk that is down
    case 480:
      return {CallEndReason::unreachable, 480, report.reason};
    case 408:
      return {CallEndReason::no_answer, 408, report.reason};
    case 486:
    case 600:
      return {CallEndReason::busy, report.status, report.reason};
    case 603:
      return {CallEndReason::declined, report.status, report.reason};
    default:
      return {CallEndReason::sip_refusal, report.status, report.reason};
  }
}

void on_leg_failed(CallData& call, StepBuilder& step, const LegFailed& report) {
  CallEnd end =
      report.no_ack ? CallEnd{CallEndReason::no_ack, 408, report.reason} : end_after_refusal(report);
  end_disconnected_call(call, step, CallTrigger::leg_failed, std::move(end));
}

void on_ringing_too_long(CallData& call, StepBuilder& step) {
  end_call(call, step, CallTrigger::call_failed, {CallEndReason::no_answer, 408, {}});
}

}  // namespace tonearm::call
