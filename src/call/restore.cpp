#include "call/restore.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "call/access_token.hpp"
#include "call/media_operation.hpp"
#include "call/notices.hpp"
#include "call/step_builder.hpp"

namespace tonearm::call {
namespace {

/// Plays and records in queue order; what has no number comes after them.
std::vector<OperationView*> unfinished(CallSnapshot& call) {
  std::vector<OperationView*> views;
  for (auto& [id, view] : call.operations) {
    if (!view.ending) views.push_back(&view);
  }
  std::ranges::sort(views, {}, [](const OperationView* view) {
    return std::tuple(view->number.value == 0, view->number, view->id);
  });
  return views;
}

void end(OperationView& operation, const SavedRecordings& saved, IdSource& ids) {
  const auto found = saved.find(operation.id);
  const bool kept = operation.recording && found != saved.end() && found->second >= kLeastRecording;
  if (kept) {
    operation.recording->token = new_access_token(ids);
    operation.media_duration = found->second;
  } else {
    operation.recording.reset();
  }
  const EndReason reason = kept ? EndReason::server_restarted_with_audio : EndReason::server_restarted;
  operation.ending = OperationEnding{reason, {}};
  operation.status = status_after(reason);
}

}  // namespace

Step end_restored(const StoredCall& stored, const SavedRecordings& saved, const Stamp& stamp) {
  StepBuilder step(1, stamp);
  CallSnapshot view = *stored.call;
  SnapshotPtr published = stored.call;
  if (view.gone) {  // its caller spoke with whom it was redirected to
    view.record.ended = stamp.wall;
    step.write_call();
    step.write_end_of_call();
    return step.finish(view, published);
  }
  Notices notices(stored.last_notification);
  for (OperationView* operation : unfinished(view)) {
    end(*operation, saved, stamp.ids);
    notices.about_operation(step, view, *operation, {});
    step.write_operation(*operation);
  }
  view.state = CallState::terminated;
  view.end = CallEnd{CallEndReason::server_restarted, 500, {}};
  view.audio_active = false;
  view.record.ended = stamp.wall;
  view.gone = true;
  notices.about_call(step, view, CallEvent::ended);
  step.write_call();
  step.write_end_of_call();
  return step.finish(view, published);
}

}  // namespace tonearm::call
