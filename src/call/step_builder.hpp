#pragma once

#include <string>
#include <utility>

#include "call/effects.hpp"
#include "call/stamp.hpp"

namespace tonearm::call {

/// Collects what one step of a call does: its rows, its notifications and its effects behind their gates.
/// Lives for one `Call::advance`. Threading: strand-bound.
class StepBuilder {
 public:
  StepBuilder(std::uint64_t number, const Stamp& stamp) : stamp_(stamp) { step_.number = number; }

  [[nodiscard]] const Stamp& stamp() const { return stamp_; }
  [[nodiscard]] std::uint64_t number() const { return step_.number; }

  void now(NowEffect effect) { step_.effects.now.push_back(std::move(effect)); }
  void after_commit(CommittedEffect effect) { step_.effects.after_commit.push_back(std::move(effect)); }
  void respond(RequestId request, Reply reply) { after_commit(Respond{request, std::move(reply)}); }
  void refuse(RequestId request, CommandFailure::Kind kind, std::string message) {
    respond(request, CommandFailure{kind, std::move(message)});
  }
  void publish(Notification notification);

  /// The snapshot that GET shows must be made anew.
  void show() { shown_ = true; }
  /// The call's own row changed (and so did what GET shows).
  void write_call() { write_call_ = shown_ = true; }
  /// An operation's row changed; the last word in a step counts.
  void write_operation(OperationView view);
  void write_dialog(LegId leg, std::string dialog) { step_.rows.dialogs.push_back({leg, std::move(dialog)}); }
  void write_end_of_call() { step_.rows.call_over = true; }

  /// The finished step. `published` is the snapshot shown so far; it is replaced if anything changed.
  [[nodiscard]] Step finish(const CallSnapshot& view, SnapshotPtr& published);

 private:
  const Stamp stamp_;
  Step step_;
  bool shown_ = false;
  bool write_call_ = false;
};

}  // namespace tonearm::call
