#include "call/dtmf.hpp"

#include <algorithm>
#include <utility>

#include "call/operations.hpp"

namespace tonearm::call {
namespace {

void end_dtmf(CallData& call, StepBuilder& step, const SendingDtmf& sending, EndReason reason) {
  OperationView& view = call.view.operations[sending.id];
  view.status = status_after(reason);
  view.ending = OperationEnding{reason, {}};
  call.notices.about_operation(step, call.view, view, {sending.created_by});
  step.write_operation(view);
}

}  // namespace

void send_dtmf(CallData& call, StepBuilder& step, const CommandContext& context,
               const SendDtmfCommand& command) {
  if (!may_queue(call, step, context)) return;
  if (call.sending.size() > call.policy.queue_max) {
    step.refuse(context.request, CommandFailure::Kind::bad_request,
                "Too many sendDtmfTones are waiting; wait for them to end.");
    return;
  }
  OperationView view;
  view.id = OperationId(step.stamp().ids.guid());
  view.kind = OperationKind::send_dtmf;
  view.client_context = command.client_context;
  const OperationNumber number = call.queue.next_number();
  call.sending.push_back({view.id, number, context.request});
  call.uncommitted.push_back({step.number(), view.id});
  step.now(SendDtmf{call.leg.id, number, command.tones, command.delay});
  step.respond(context.request, view);
  step.write_operation(view);
  call.view.operations[view.id] = std::move(view);
}

void on_dtmf_sent(CallData& call, StepBuilder& step, const DtmfSent& report) {
  const auto found = std::ranges::find(call.sending, report.number, &SendingDtmf::number);
  if (found == call.sending.end()) {
    ++call.stale_inputs;
    return;
  }
  const SendingDtmf sent = *found;
  call.sending.erase(found);
  end_dtmf(call, step, sent, EndReason::dtmf_sent);
}

void end_unsent_dtmf(CallData& call, StepBuilder& step) {
  for (const SendingDtmf& sending : std::exchange(call.sending, {})) {
    end_dtmf(call, step, sending, EndReason::dtmf_call_ended);
  }
}

}  // namespace tonearm::call
