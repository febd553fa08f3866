#include "call/session.hpp"

#include "call/hang_up.hpp"
#include "call/incoming.hpp"
#include "call/outgoing.hpp"
#include "call/redirect.hpp"

namespace tonearm::call {

void on_session_opened(CallData& call, StepBuilder& step, const SessionOpened& report) {
  if (call.leg.session != Leg::Session::opening) {
    ++call.stale_inputs;
    return;
  }
  if (call.redirect) return on_near_opened(call, step, report.local);
  call.leg.session = Leg::Session::open;
  call.timers.disarm(step, TimerKind::session_open);
  if (call.leg.phase<Answering>()) {
    give_answer(call, step, report.local);
  } else {
    invite(call, step, report.local);
  }
}

void on_session_failed(CallData& call, StepBuilder& step, const SessionFailed& report) {
  const bool ending = call.leg.session == Leg::Session::closing;
  if (call.leg.session != Leg::Session::opening && !ending) {
    ++call.stale_inputs;
    return;
  }
  call.leg.session = Leg::Session::closed;
  if (ending) return finish_if_released(call, step);
  end_call(call, step, CallTrigger::call_failed, {CallEndReason::media_failed, 503, report.cause}, 503);
}

void on_media_changed(CallData& call, StepBuilder& step, const LegMediaChanged& report) {
  call.leg.media = report.media;
  if (call.leg.session == Leg::Session::opening || call.leg.session == Leg::Session::open) {
    step.now(UpdateMedia{call.leg.id, report.media});
  }
  step.write_dialog(call.leg.id, report.dialog);
}

}  // namespace tonearm::call
