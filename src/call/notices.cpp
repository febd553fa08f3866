#include "call/notices.hpp"

#include <algorithm>

namespace tonearm::call {
namespace {

/// The call at this moment. Bodies show nothing of its operations but the one they are about, so they stay
/// out.
SnapshotPtr without_operations(const CallSnapshot& call) {
  auto copy = std::make_shared<CallSnapshot>();
  copy->id = call.id;
  copy->owner = call.owner;
  copy->state = call.state;
  copy->direction = call.direction;
  copy->source = call.source;
  copy->targets = call.targets;
  copy->callback_uri = call.callback_uri;
  copy->chain_id = call.chain_id;
  copy->my_participant = call.my_participant;
  copy->source_participant = call.source_participant;
  copy->modalities = call.modalities;
  copy->audio_active = call.audio_active;
  copy->audio_was_active = call.audio_was_active;
  copy->tone = call.tone;
  copy->end = call.end;
  copy->gone = call.gone;
  return copy;
}

}  // namespace

void Notices::about_call(StepBuilder& step, const CallSnapshot& call, CallEvent event,
                         std::vector<RequestId> behind) {
  publish(step, call, CallNotice{event}, std::move(behind));
}

void Notices::about_operation(StepBuilder& step, const CallSnapshot& call, OperationView& operation,
                              std::vector<RequestId> behind) {
  if (!call.callback_uri.empty()) operation.notice = NotificationNumber(last_ + 1);
  publish(step, call, OperationNotice{operation}, std::move(behind));
}

void Notices::publish(StepBuilder& step, const CallSnapshot& call, What what, std::vector<RequestId> behind) {
  if (call.callback_uri.empty()) return;
  Notification notification;
  notification.number = NotificationNumber(++last_);
  notification.at = step.stamp().wall;
  notification.behind = std::move(behind);
  notification.call = without_operations(call);
  notification.what = std::move(what);
  step.publish(std::move(notification));
}

void Notices::settle(NotificationNumber number) {
  settled_ = std::max(settled_, std::min(number.value, last_));
}

}  // namespace tonearm::call
