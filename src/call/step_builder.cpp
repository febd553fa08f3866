#include "call/step_builder.hpp"

#include <algorithm>

namespace tonearm::call {

void StepBuilder::publish(Notification notification) {
  step_.notifications.push_back(notification);
  after_commit(Publish{std::move(notification)});
}

void StepBuilder::write_operation(OperationView view) {
  shown_ = true;
  const auto same =
      std::ranges::find_if(step_.rows.operations, [&](const auto& row) { return row.id == view.id; });
  if (same != step_.rows.operations.end()) {
    *same = std::move(view);
  } else {
    step_.rows.operations.push_back(std::move(view));
  }
}

Step StepBuilder::finish(const CallSnapshot& view, SnapshotPtr& published) {
  if (shown_ || !published) published = std::make_shared<const CallSnapshot>(view);
  if (write_call_) step_.rows.call = published;
  step_.snapshot = published;
  return std::move(step_);
}

}  // namespace tonearm::call
