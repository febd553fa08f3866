#pragma once

#include <set>

#include "call/step_builder.hpp"

namespace tonearm::call {

/// Which timers of a call are armed, so that one that fires although it was disarmed (it was already on its
/// way) is recognised. Threading: strand-bound.
class Timers {
 public:
  void arm(StepBuilder& step, TimerKind kind, base::milliseconds after, std::uint64_t subject = 0);
  void disarm(StepBuilder& step, TimerKind kind, std::uint64_t subject = 0);
  void disarm_all(StepBuilder& step);
  /// Whether this one was really armed; it no longer is.
  [[nodiscard]] bool take(const TimerKey& key) { return armed_.erase(key) != 0; }
  [[nodiscard]] bool armed(TimerKind kind, std::uint64_t subject = 0) const {
    return armed_.contains({kind, subject});
  }

 private:
  std::set<TimerKey> armed_;
};

}  // namespace tonearm::call
