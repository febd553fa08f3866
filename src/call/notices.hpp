#pragma once

#include <vector>

#include "call/step_builder.hpp"

namespace tonearm::call {

/// Numbers a call's notifications and counts those that are still on their way. Threading: strand-bound.
class Notices {
 public:
  /// Beyond this many undelivered ones new plays and records are refused with 429.
  static constexpr std::uint64_t kPendingMax = 1000;

  explicit Notices(NotificationNumber last = {}) : last_(last.value) {}

  /// `behind`: requests whose responses must be written first. A call without a webhook notifies nobody.
  void about_call(StepBuilder& step, const CallSnapshot& call, CallEvent event,
                  std::vector<RequestId> behind = {});
  /// `operation` learns its notification's number; whoever stores it does so afterwards.
  void about_operation(StepBuilder& step, const CallSnapshot& call, OperationView& operation,
                       std::vector<RequestId> behind);

  /// This one was delivered or parked. They settle in order; a repeat changes nothing.
  void settle(NotificationNumber number);
  [[nodiscard]] bool too_many_pending() const { return last_ - settled_ >= kPendingMax; }

 private:
  using What = decltype(Notification::what);
  void publish(StepBuilder& step, const CallSnapshot& call, What what, std::vector<RequestId> behind);

  std::uint64_t last_ = 0;
  std::uint64_t settled_ = 0;
};

}  // namespace tonearm::call
