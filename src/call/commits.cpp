#include "call/commits.hpp"

#include "call/hang_up.hpp"
#include "call/incoming.hpp"
#include "call/operations.hpp"
#include "call/transfer.hpp"

namespace tonearm::call {
namespace {

/// The bot's answer or create, or what we owed the far end, hangs on this step.
bool carries_signalling(const Leg& leg, std::uint64_t step) {
  if (const auto* answering = leg.phase<Answering>()) return answering->accepted_step == step;
  if (const auto* given = leg.phase<AnswerGiven>()) {
    return given->accepted_step == step || given->answer_step == step;
  }
  if (const auto* dialling = leg.phase<Dialling>()) return dialling->created_step == step;
  if (const auto* calling = leg.phase<Calling>()) {
    return calling->created_step == step || calling->invite_step == step;
  }
  return false;
}

}  // namespace

void on_committed(CallData& call, StepBuilder& step, std::uint64_t committed) {
  std::erase_if(call.uncommitted, [&](const auto& created) { return created.step == committed; });
  const auto* given = call.leg.phase<AnswerGiven>();
  if (given && given->answer_step == committed) on_answer_sent(call, step);
}

void on_commit_failed(CallData& call, StepBuilder& step, std::uint64_t failed) {
  std::vector<UncommittedOperation> created;
  std::erase_if(call.uncommitted, [&](const auto& operation) {
    if (operation.step != failed) return false;
    created.push_back(operation);
    return true;
  });
  for (const UncommittedOperation& operation : created) withdraw(call, step, operation.id);
  on_transfer_not_written(call, step, failed);
  bool wanted = false;
  each_leg(call, [&](const Leg& leg) { wanted = wanted || carries_signalling(leg, failed); });
  if (wanted) {
    end_call(call, step, CallTrigger::call_failed,
             {CallEndReason::capacity, 503, "the server could not store the call"}, 503);
  }
}

}  // namespace tonearm::call
