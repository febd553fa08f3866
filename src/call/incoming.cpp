#include "call/incoming.hpp"

#include <charconv>
#include <string_view>

#include "call/hang_up.hpp"
#include "call/operations.hpp"

namespace tonearm::call {
namespace {

/// Common to the bot's answer and `auto_answer`.
void accept(CallData& call, StepBuilder& step, std::vector<RequestId> behind) {
  call.timers.disarm(step, TimerKind::bot_acceptance);
  call.timers.disarm(step, TimerKind::answer_deadline);
  move(call, step, CallTrigger::answer);
  call.notices.about_call(step, call.view, CallEvent::establishing, std::move(behind));
  call.leg.signalling = Answering{step.number()};
  call.leg.session = Leg::Session::opening;
  step.now(OpenMedia{call.leg.id, call.leg.media});
  call.timers.arm(step, TimerKind::session_open, kSessionOpenMax);
}

/// "503" → 503; an address → none.
std::optional<int> fallback_status(std::string_view fallback) {
  int status = 0;
  const char* end = fallback.data() + fallback.size();
  const auto [rest, error] = std::from_chars(fallback.data(), end, status);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return status;
}

void fall_back(CallData& call, StepBuilder& step) {
  const auto status = fallback_status(call.policy.fallback);
  const std::string reason = "the application does not answer";
  step.now(SignalReject{call.leg.id, status.value_or(302), reason, status ? "" : call.policy.fallback});
  end_disconnected_call(call, step, CallTrigger::call_failed, {CallEndReason::fallback, 0, reason});
}

int status_of(RejectReason reason) {
  switch (reason) {
    case RejectReason::busy:
      return 486;
    case RejectReason::forbidden:
      return 403;
    case RejectReason::none:
      break;
  }
  return 480;
}

}  // namespace

bool may_decide(const CallData& call, StepBuilder& step, const CommandContext& context) {
  if (call.view.state == CallState::incoming) return true;
  step.refuse(
      context.request, CommandFailure::Kind::bad_request,
      "The call is not in the state incoming; it has been answered, rejected, redirected or was placed "
      "by you.");
  return false;
}

void offer_to_bot(CallData& call, StepBuilder& step) {
  call.notices.about_call(step, call.view, CallEvent::offered);
  if (call.policy.auto_answer) {
    accept(call, step, {});
    return;
  }
  call.timers.arm(step, TimerKind::bot_acceptance, call.policy.bot_acceptance);
  call.timers.arm(step, TimerKind::answer_deadline, call.policy.answer_timeout);
}

void answer(CallData& call, StepBuilder& step, const CommandContext& context, const AnswerCommand& command) {
  if (!may_decide(call, step, context)) return;
  if (!command.callback_uri.empty()) call.view.callback_uri = command.callback_uri;
  call.view.prefetch_media = command.prefetch_media;
  for (const Prompt& prompt : command.prefetch_media) step.now(WarmPrompt{prompt});
  step.respond(context.request, Accepted{});
  accept(call, step, {context.request});
  call.timers.arm(step, TimerKind::keep_alive, call.policy.keepalive_timeout);
}

void reject(CallData& call, StepBuilder& step, const CommandContext& context, const RejectCommand& command) {
  if (!may_decide(call, step, context)) return;
  if (!command.callback_uri.empty()) call.view.callback_uri = command.callback_uri;
  const int status = status_of(command.reason);
  step.respond(context.request, Accepted{});
  call.decided_by = context.request;
  end_call(call, step, CallTrigger::reject, {CallEndReason::rejected, status, {}}, status);
}

void on_offer_accepted(CallData& call, StepBuilder& step) {
  if (!call.timers.armed(TimerKind::bot_acceptance)) return;  // decided already, or told again
  call.timers.disarm(step, TimerKind::bot_acceptance);
  step.now(SignalRinging{call.leg.id});
}

void on_offer_not_accepted(CallData& call, StepBuilder& step) {
  if (call.view.state != CallState::incoming || call.policy.fallback.empty()) return;
  fall_back(call, step);
}

void on_offer_refused(CallData& call, StepBuilder& step) {
  if (call.view.state != CallState::incoming) return;
  if (call.policy.fallback.empty()) return on_not_decided(call, step);
  fall_back(call, step);
}

void on_not_decided(CallData& call, StepBuilder& step) {
  if (call.view.state != CallState::incoming) return;
  end_call(call, step, CallTrigger::call_failed, {CallEndReason::not_decided_in_time, 480, {}});
}

void give_answer(CallData& call, StepBuilder& step, const LocalMedia& local) {
  const std::uint64_t accepted_step = call.leg.phase<Answering>()->accepted_step;
  call.leg.signalling = AnswerGiven{accepted_step, step.number()};
  step.after_commit(SignalAnswer{call.leg.id, local});
  step.write_call();  // a 200 to an INVITE leaves when the answer's row is on disk
}

void on_answer_sent(CallData& call, StepBuilder& step) {
  call.leg.signalling = Connected{};
  establish(call, step, CallTrigger::answer_sent);
}

void on_acked(CallData& call, StepBuilder& step, const LegAcked& report) {
  // The ACK may overtake the word of the commit that let our 200 go.
  if (call.leg.phase<AnswerGiven>()) on_answer_sent(call, step);
  if (!call.leg.phase<Connected>()) {
    ++call.stale_inputs;
    return;
  }
  if (call.leg.media != report.media) {
    call.leg.media = report.media;
    step.now(UpdateMedia{call.leg.id, report.media});
  }
  if (!is_relaying(call)) activate_audio(call, step);
}

void establish(CallData& call, StepBuilder& step, CallTrigger trigger) {
  if (!move(call, step, trigger)) return;
  call.view.record.established = step.stamp().wall;
  call.timers.arm(step, TimerKind::longest_duration, call.policy.duration_max);
  call.notices.about_call(step, call.view, CallEvent::established);
}

void activate_audio(CallData& call, StepBuilder& step) {
  if (call.view.audio_was_active) return;
  call.view.audio_active = call.view.audio_was_active = true;
  step.write_call();
  call.notices.about_call(step, call.view, CallEvent::audio_active);
  start_what_is_due(call, step);
}

}  // namespace tonearm::call
