#include "call/transfer.hpp"

#include "call/hang_up.hpp"

namespace tonearm::call {
namespace {

/// For the far end to tell how its call ended, beyond the time that it may ring.
constexpr base::milliseconds kLastWord{30'000};

void fail(CallData& call, StepBuilder& step) {
  const CallEvent event =
      call.transfer->consultative ? CallEvent::consultation_failed : CallEvent::transfer_failed;
  call.timers.disarm(step, TimerKind::transfer);
  call.transfer.reset();
  if (move(call, step, CallTrigger::transfer_failed)) call.notices.about_call(step, call.view, event);
}

void accept(CallData& call, StepBuilder& step) {
  if (!move(call, step, CallTrigger::refer_accepted)) return;
  call.notices.about_call(step, call.view, CallEvent::transfer_accepted);
}

}  // namespace

void transfer(CallData& call, StepBuilder& step, const CommandContext& context,
              const TransferCommand& command) {
  const auto refuse = [&](const char* why) {
    step.refuse(context.request, CommandFailure::Kind::bad_request, why);
  };
  if (call.transfer) return refuse("The call is being transferred already; wait for how that ends.");
  if (!call.leg.phase<Connected>() || !move(call, step, CallTrigger::transfer))
    return refuse("The call is not established yet; wait for its notification with state established.");
  call.transfer = Transfer{step.number(), command.replaces.has_value()};
  step.respond(context.request, Accepted{});
  call.notices.about_call(step, call.view, CallEvent::transferring, {context.request});
  step.after_commit(
      SignalRefer{call.leg.id, {command.target, call.view.source, call.leg.caller_number, command.replaces}});
  call.timers.arm(step, TimerKind::transfer, call.policy.ringing_timeout + kLastWord);
}

void on_referred(CallData& call, StepBuilder& step, const LegReferred& report) {
  if (!call.transfer || call.ending) {
    ++call.stale_inputs;
    return;
  }
  switch (report.outcome) {
    case LegReferred::Outcome::accepted:
      return accept(call, step);
    case LegReferred::Outcome::done:
      accept(call, step);  // its last word may overtake its 202
      return end_transferred(call, step);
    case LegReferred::Outcome::failed:
      return fail(call, step);
  }
}

void on_transfer_too_long(CallData& call, StepBuilder& step) {
  if (call.transfer) fail(call, step);
}

void on_transfer_not_written(CallData& call, StepBuilder& step, std::uint64_t failed) {
  if (call.transfer && call.transfer->asked_step == failed) fail(call, step);
}

bool is_transferred_by_leaving(const CallData& call) {
  return call.view.state == CallState::transfer_accepted;
}

void end_transferred(CallData& call, StepBuilder& step) {
  end_call(call, step, CallTrigger::transferred, {CallEndReason::transferred, 0, {}});
}

}  // namespace tonearm::call
