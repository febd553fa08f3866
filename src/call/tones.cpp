#include "call/tones.hpp"

#include "call/immediate.hpp"

namespace tonearm::call {

void subscribe_to_tone(CallData& call, StepBuilder& step, const CommandContext& context,
                       const SubscribeToToneCommand& command) {
  const auto id =
      complete_at_once(call, step, context, OperationKind::subscribe_to_tone, command.client_context);
  if (id) call.tone_subscriptions.push_back({*id, context.request});
}

void on_key(CallData& call, StepBuilder& step, const KeyPressed& report) {
  if (call.tone_subscriptions.empty() || call.view.gone) return;
  call.view.tone = ToneInfo{++call.last_tone, report.tone};
  step.show();
  call.notices.about_call(step, call.view, CallEvent::tone, {call.tone_subscriptions.front().created_by});
}

}  // namespace tonearm::call
