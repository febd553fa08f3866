#include "call/timers.hpp"

namespace tonearm::call {

void Timers::arm(StepBuilder& step, TimerKind kind, base::milliseconds after, std::uint64_t subject) {
  const TimerKey key{kind, subject};
  armed_.insert(key);
  step.now(ArmTimer{key, after});
}

void Timers::disarm(StepBuilder& step, TimerKind kind, std::uint64_t subject) {
  const TimerKey key{kind, subject};
  if (armed_.erase(key) != 0) step.now(DisarmTimer{key});
}

void Timers::disarm_all(StepBuilder& step) {
  for (const TimerKey& key : armed_) step.now(DisarmTimer{key});
  armed_.clear();
}

}  // namespace tonearm::call
