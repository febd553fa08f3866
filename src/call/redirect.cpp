#include "call/redirect.hpp"

#include <algorithm>

#include "call/hang_up.hpp"
#include "call/incoming.hpp"
#include "call/outgoing.hpp"

namespace tonearm::call {
namespace {

constexpr std::uint32_t kFirstTarget = 2;

/// Which refusal the caller hears of: a no means more than a time-out.
int weight(const CallEnd& refusal) {
  switch (refusal.reason) {
    case CallEndReason::declined:
      return 3;
    case CallEndReason::busy:
      return 2;
    case CallEndReason::no_answer:
      return 1;
    default:
      return 0;
  }
}

/// What an INVITE is refused with when nobody whom it was sent on to took it.
int status_of(const CallEnd& end) {
  return end.sip_status >= 400 && end.reason != CallEndReason::no_answer ? end.sip_status : 480;
}

/// By a phone's own number; whoever else calls does so by the application's, if it has one.
std::string number_of(const CallData& call, const Party& caller) {
  return caller.kind == Party::Kind::phone ? caller.id : call.number;
}

Leg target_leg(const CallData& call, std::uint32_t number, const Party& target, std::uint64_t step) {
  Leg leg;
  leg.id = LegId(kFirstTarget + number);
  leg.signalling = Dialling{step};
  leg.session = Leg::Session::opening;
  leg.remote = target;
  leg.caller_number = number_of(call, call.redirect->shown_caller);
  leg.hops = call.leg.hops - 1;
  return leg;
}

void open_session(StepBuilder& step, Leg& leg) {
  leg.session = Leg::Session::opening;
  step.now(OpenMedia{leg.id, leg.media});
}

void let_go(StepBuilder& step, Leg& leg) {
  disconnect(step, leg, 0, {});
  close_session(step, leg);
}

void end_unanswered(CallData& call, StepBuilder& step, const CallEnd& end) {
  end_call(call, step, CallTrigger::call_failed, end, status_of(end));
}

/// One target is out; with the last of them the redirect has failed.
void strike(CallData& call, StepBuilder& step, Leg& target, CallEnd why) {
  Redirect& redirect = *call.redirect;
  target.signalling = Disconnected{};
  close_session(step, target);
  if (!redirect.refusal || weight(why) > weight(*redirect.refusal)) redirect.refusal = std::move(why);
  const bool hopeless =
      std::ranges::all_of(redirect.targets, [](const Leg& leg) { return leg.phase<Disconnected>(); });
  if (hopeless) end_unanswered(call, step, CallEnd(*redirect.refusal));
}

void disarm_if_all_open(CallData& call, StepBuilder& step) {
  bool opening = false;
  each_leg(call, [&](const Leg& leg) { opening = opening || leg.session == Leg::Session::opening; });
  if (!opening) call.timers.disarm(step, TimerKind::session_open);
}

void invite_target(CallData& call, StepBuilder& step, Leg& target, const LocalMedia& local) {
  target.session = Leg::Session::open;
  disarm_if_all_open(call, step);
  target.signalling = Calling{target.phase<Dialling>()->created_step, step.number()};
  step.after_commit(SignalInvite{
      target.id, {call.redirect->shown_caller, target.caller_number, target.remote, local, target.hops}});
  step.write_call();  // an INVITE leaves when the call's row is on disk
}

/// The caller gets the answer that the target has given us.
void answer_caller(CallData& call, StepBuilder& step) {
  const Redirect& redirect = *call.redirect;
  call.leg.signalling = AnswerGiven{redirect.asked_step, step.number()};
  step.after_commit(SignalAnswer{call.leg.id, *redirect.near});
  step.now(JoinMedia{call.leg.id, *redirect.answered_by});
  step.write_call();
}

void leave_bot_out(CallData& call, StepBuilder& step) {
  move(call, step, CallTrigger::redirected);
  call.timers.disarm(step, TimerKind::ringing);
  call.view.record.established = step.stamp().wall;
  call.timers.arm(step, TimerKind::longest_duration, call.policy.duration_max);
  notify_ended(call, step, {CallEndReason::redirected, 0, {}});
}

void on_target_answered(CallData& call, StepBuilder& step, Leg& target, const LegAnswered& report) {
  Redirect& redirect = *call.redirect;
  if (!target.phase<Calling>()) {
    ++call.stale_inputs;
    return;
  }
  target.signalling = Connected{};
  target.media = report.media;
  step.now(UpdateMedia{target.id, report.media});
  step.write_dialog(target.id, report.dialog);
  step.after_commit(SignalAck{target.id});
  redirect.answered_by = target.id;
  for (Leg& other : redirect.targets) {
    if (other.id != target.id) let_go(step, other);
  }
  leave_bot_out(call, step);
  if (redirect.near) answer_caller(call, step);
}

void on_target_media_changed(StepBuilder& step, Leg& target, const LegMediaChanged& report) {
  target.media = report.media;
  if (target.has_session()) step.now(UpdateMedia{target.id, report.media});
  step.write_dialog(target.id, report.dialog);
}

/// The target is gone: before it was the one, the others may still answer; after that, the conversation is
/// over.
void lose_target(CallData& call, StepBuilder& step, Leg& target, CallEnd why) {
  if (!is_relaying(call)) return strike(call, step, target, std::move(why));
  target.signalling = Disconnected{};
  end_call(call, step, CallTrigger::remote_bye, std::move(why));
}

struct OnTargetSignal {
  CallData& call;
  StepBuilder& step;
  Leg& target;

  void operator()(const LegRinging&) const {}  // the caller hears ringing already
  void operator()(const LegAnswered& s) const { on_target_answered(call, step, target, s); }
  void operator()(const LegMediaChanged& s) const { on_target_media_changed(step, target, s); }
  void operator()(const LegKey& s) const { pass_info_key_on(call, step, target, s.tone); }
  void operator()(const LegFailed& s) const { lose_target(call, step, target, end_after_refusal(s)); }
  void operator()(const LegHungUp&) const {
    lose_target(call, step, target, {CallEndReason::far_end_hung_up, 0, {}});
  }
  // What only callers do, and transfers.
  void operator()(const LegAcked&) const { ++call.stale_inputs; }
  void operator()(const LegCancelled&) const { ++call.stale_inputs; }
  void operator()(const LegReferred&) const { ++call.stale_inputs; }
};

struct OnTargetMedia {
  CallData& call;
  StepBuilder& step;
  Leg& target;

  void operator()(const SessionOpened& m) const {
    if (target.session == Leg::Session::opening) return invite_target(call, step, target, m.local);
    ++call.stale_inputs;
  }
  void operator()(const SessionFailed& m) const {
    target.session = Leg::Session::closed;
    if (call.ending) return finish_if_released(call, step);
    if (!target.phase<Disconnected>())
      lose_target(call, step, target, {CallEndReason::media_failed, 503, m.cause});
  }
  void operator()(const SessionClosed&) const { on_session_gone(call, step, target); }
  void operator()(const MediaLost&) const {
    end_call(call, step, CallTrigger::call_failed, {CallEndReason::media_lost, 0, {}});
  }
  void operator()(const KeyPressed& m) const { pass_key_on(call, step, target, m.tone); }
  void operator()(const auto&) const {}  // nothing is played to a target, and nobody waits for its keys
};

/// Whom `from` speaks with; null before there is anybody.
Leg* other_side(CallData& call, const Leg& from) {
  if (!is_relaying(call) || call.ending) return nullptr;
  Leg* other = from.id == call.leg.id ? find_target(call, *call.redirect->answered_by) : &call.leg;
  return other->session == Leg::Session::open ? other : nullptr;
}

/// Else those that media hears are in the sound.
bool keys_are_apart(const Leg& leg) {
  return leg.media && (leg.media->receive_event_payload_type || leg.media->keys == KeySource::info);
}

void send_key(CallData& call, StepBuilder& step, const Leg& from, Tone tone) {
  const Leg* other = other_side(call, from);
  if (other) step.now(SendDtmf{other->id, call.queue.next_number(), {tone}, {}});
}

}  // namespace

void redirect(CallData& call, StepBuilder& step, const CommandContext& context,
              const RedirectCommand& command) {
  if (!may_decide(call, step, context)) return;
  if (call.leg.hops == 0) {
    return step.refuse(context.request, CommandFailure::Kind::bad_request,
                       "The call has been sent on too often already (its Max-Forwards is 0).");
  }
  if (!command.callback_uri.empty()) call.view.callback_uri = command.callback_uri;
  on_offer_accepted(call, step);  // the caller hears ringing, if it did not yet
  call.timers.disarm(step, TimerKind::answer_deadline);
  move(call, step, CallTrigger::redirect);
  step.respond(context.request, Accepted{});
  call.decided_by = context.request;
  call.redirect.emplace();
  Redirect& redirect = *call.redirect;
  redirect.asked_step = step.number();
  redirect.shown_caller = command.mask_caller ? application_party(call.view.owner) : call.view.source;
  for (std::uint32_t i = 0; i < command.targets.size(); ++i)
    redirect.targets.push_back(target_leg(call, i, command.targets[i], step.number()));
  each_leg(call, [&](Leg& leg) { open_session(step, leg); });
  call.timers.arm(step, TimerKind::session_open, kSessionOpenMax);
  call.timers.arm(step, TimerKind::ringing, command.timeout);
}

Leg* find_target(CallData& call, LegId leg) {
  if (!call.redirect) return nullptr;
  const auto found = std::ranges::find(call.redirect->targets, leg, &Leg::id);
  return found == call.redirect->targets.end() ? nullptr : &*found;
}

void on_target_signal(CallData& call, StepBuilder& step, Leg& target, const SignalBody& body) {
  std::visit(OnTargetSignal{call, step, target}, body);
}

void on_target_media(CallData& call, StepBuilder& step, Leg& target, const MediaBody& body) {
  std::visit(OnTargetMedia{call, step, target}, body);
}

void on_near_opened(CallData& call, StepBuilder& step, const LocalMedia& local) {
  call.leg.session = Leg::Session::open;
  disarm_if_all_open(call, step);
  call.redirect->near = local;
  if (is_relaying(call)) answer_caller(call, step);
}

void on_redirect_too_long(CallData& call, StepBuilder& step) {
  end_unanswered(call, step, {CallEndReason::no_answer, 408, {}});
}

void pass_key_on(CallData& call, StepBuilder& step, const Leg& from, Tone tone) {
  if (keys_are_apart(from)) send_key(call, step, from, tone);
}

void pass_info_key_on(CallData& call, StepBuilder& step, const Leg& from, Tone tone) {
  if (keys_are_apart(from)) return step.now(InjectKey{from.id, tone});  // media knows which source counts
  send_key(call, step, from, tone);
}

}  // namespace tonearm::call
