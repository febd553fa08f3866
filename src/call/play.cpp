#include "call/play.hpp"

#include "call/operations.hpp"

namespace tonearm::call {

void play(CallData& call, StepBuilder& step, const CommandContext& context, const PlayCommand& command) {
  if (!may_queue(call, step, context) || !has_room(call, step, context)) return;
  MediaOperation& operation = enqueue(call, step, context, command.spec, command.client_context);
  answer_creation(call, step, operation);
  start_what_is_due(call, step);
}

}  // namespace tonearm::call
