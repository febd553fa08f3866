#include "call/tones.hpp"

#include <utility>

namespace tonearm::call {

void subscribe_to_tone(CallData& call, StepBuilder& step, const CommandContext& context,
                       const SubscribeToToneCommand& command) {
  if (!takes_media_operations(call.view.state)) {
    step.refuse(context.request, CommandFailure::Kind::bad_request,
                "The call is not established yet; wait for its notification with state established.");
    return;
  }
  OperationView view;
  view.id = OperationId(step.stamp().ids.guid());
  view.kind = OperationKind::subscribe_to_tone;
  view.status = OperationStatus::completed;
  view.client_context = command.client_context;
  view.ending = OperationEnding{EndReason::immediate, {}};
  call.tone_subscriptions.push_back({view.id, context.request});
  call.uncommitted.push_back({step.number(), view.id});
  step.respond(context.request, view);
  step.write_operation(view);
  call.view.operations[view.id] = std::move(view);
}

void on_key(CallData& call, StepBuilder& step, const KeyPressed& report) {
  if (call.tone_subscriptions.empty() || call.view.gone) return;
  call.view.tone = ToneInfo{++call.last_tone, report.tone};
  step.show();
  call.notices.about_call(step, call.view, CallEvent::tone, {call.tone_subscriptions.front().created_by});
}

}  // namespace tonearm::call
