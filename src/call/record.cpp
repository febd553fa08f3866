#include "call/record.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "call/access_token.hpp"
#include "call/cancel.hpp"
#include "call/operations.hpp"

namespace tonearm::call {
namespace {

/// `https://host/v1.0` → `https://host`: recordings have no version.
std::string without_version(std::string_view base_url) {
  for (const std::string_view version : {"/v1.0", "/beta"}) {
    if (base_url.ends_with(version)) return std::string(base_url.substr(0, base_url.size() - version.size()));
  }
  return std::string(base_url);
}

}  // namespace

void record(CallData& call, StepBuilder& step, const CommandContext& context, const RecordCommand& command) {
  if (!may_queue(call, step, context)) return;
  if (!command.spec.barge_in && !has_room(call, step, context)) return;
  std::vector<StopId> outstanding;
  if (command.spec.barge_in) {
    outstanding = stop_operations(call, step, call.queue.numbers(), StopCause::cancelled);
  }
  MediaOperation& operation = enqueue(call, step, context, command.spec, command.client_context);
  operation.recording = {
      without_version(context.base_url) + "/tonearm/recordings/" + operation.id.to_string(),
      new_access_token(step.stamp().ids)};
  if (outstanding.empty()) {
    answer_creation(call, step, operation);
    start_what_is_due(call, step);
  } else {
    call.stops.wait({context, std::move(outstanding), WaitingRecord{operation.number}});
  }
}

}  // namespace tonearm::call
