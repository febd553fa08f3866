#include "call/immediate.hpp"

#include <utility>

namespace tonearm::call {

std::optional<OperationId> complete_at_once(CallData& call, StepBuilder& step, const CommandContext& context,
                                            OperationKind kind, std::optional<std::string> client_context) {
  if (!takes_media_operations(call.view.state)) {
    step.refuse(context.request, CommandFailure::Kind::bad_request,
                "The call is not established yet; wait for its notification with state established.");
    return std::nullopt;
  }
  OperationView view;
  view.id = OperationId(step.stamp().ids.guid());
  view.kind = kind;
  view.status = OperationStatus::completed;
  view.client_context = std::move(client_context);
  view.ending = OperationEnding{EndReason::immediate, {}};
  call.uncommitted.push_back({step.number(), view.id});
  step.respond(context.request, view);
  step.write_operation(view);
  const OperationId id = view.id;
  call.view.operations[id] = std::move(view);
  return id;
}

void update_recording_status(CallData& call, StepBuilder& step, const CommandContext& context,
                             const UpdateRecordingStatusCommand& command) {
  complete_at_once(call, step, context, OperationKind::update_recording_status, command.client_context);
}

}  // namespace tonearm::call
