#include "call/transition.hpp"

namespace tonearm::call {
namespace {

using enum CallState;

/// Every state that is not ending ends by these.
bool ends_call(CallTrigger trigger) {
  switch (trigger) {
    case CallTrigger::bot_hang_up:
    case CallTrigger::remote_bye:
    case CallTrigger::transferred:
    case CallTrigger::leg_failed:
    case CallTrigger::call_failed:
      return true;
    default:
      return false;
  }
}

std::optional<CallState> from_incoming(CallTrigger trigger) {
  switch (trigger) {
    case CallTrigger::answer:
      return establishing;
    case CallTrigger::reject:
      return terminating;
    case CallTrigger::redirect:
      return redirecting;
    default:
      return std::nullopt;
  }
}

std::optional<CallState> from_establishing(CallTrigger trigger) {
  switch (trigger) {
    case CallTrigger::answer_sent:
    case CallTrigger::far_answer:
      return established;
    default:
      return std::nullopt;
  }
}

std::optional<CallState> from_transferring(CallTrigger trigger) {
  switch (trigger) {
    case CallTrigger::refer_accepted:
      return transfer_accepted;
    case CallTrigger::transfer_failed:
      return established;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<CallState> advance(CallState now, CallTrigger trigger) {
  if (now == terminated) return std::nullopt;
  if (now == terminating) {
    return trigger == CallTrigger::all_released ? std::optional(terminated) : std::nullopt;
  }
  if (ends_call(trigger)) return terminating;
  if (now == incoming) return from_incoming(trigger);
  if (now == establishing) return from_establishing(trigger);
  if (now == transferring) return from_transferring(trigger);
  if (now == redirecting && trigger == CallTrigger::redirected) return terminated;
  if (now == established && trigger == CallTrigger::transfer) return transferring;
  if (now == transfer_accepted && trigger == CallTrigger::transfer_failed) return established;
  return std::nullopt;
}

}  // namespace tonearm::call
