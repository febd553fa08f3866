#include "call/call_data.hpp"

#include <algorithm>

namespace tonearm::call {

bool move(CallData& call, StepBuilder& step, CallTrigger trigger) {
  const auto next = advance(call.view.state, trigger);
  if (!next) return false;
  call.view.state = *next;
  step.write_call();
  return true;
}

bool sessions_released(const CallData& call) {
  if (!call.leg.session_released()) return false;
  return !call.redirect || std::ranges::all_of(call.redirect->targets, &Leg::session_released);
}

bool is_relaying(const CallData& call) {
  return call.redirect && call.redirect->answered_by;
}

Party application_party(const Owner& owner) {
  Party party;
  const bool instance = !owner.application_instance.empty();
  party.kind = instance ? Party::Kind::application_instance : Party::Kind::application;
  party.id = instance ? owner.application_instance : owner.application.to_string();
  party.display_name = owner.name;
  party.tenant_id = owner.tenant.to_string();
  return party;
}

}  // namespace tonearm::call
