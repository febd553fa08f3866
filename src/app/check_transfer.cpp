#include "app/check_transfer.hpp"

#include "app/place_call.hpp"

namespace tonearm::app {
namespace {

using Kind = call::CommandFailure::Kind;

bool can_be_replaced(const call::SnapshotPtr& other, const call::CallSnapshot& call) {
  return other && other->id != call.id && other->owner == call.owner &&
         other->state == call::CallState::established;
}

}  // namespace

std::optional<call::CommandFailure> transfer_refusal(const call::TransferCommand& command,
                                                     const call::CallSnapshot& call,
                                                     const call::SnapshotPtr& other,
                                                     const ServedApplication& application) {
  if (!command.replaces && !may_call(application, command.target)) return forbidden_number(application);
  if (command.replaces && !can_be_replaced(other, call)) {
    return call::CommandFailure{
        Kind::bad_request, "replacesCallId must be another call of this application that is established."};
  }
  return std::nullopt;
}

}  // namespace tonearm::app
