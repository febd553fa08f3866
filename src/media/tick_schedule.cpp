#include "media/tick_schedule.hpp"

namespace tonearm::media {

void TickSchedule::join(Stream& stream, unsigned interval) {
  unsigned emptiest = 0;
  for (unsigned phase = 1; phase < kPhases; ++phase)
    if (phases_[phase].size() < phases_[emptiest].size()) emptiest = phase;
  for (unsigned phase = emptiest; phase < emptiest + kPhases; phase += interval)
    phases_[phase % kPhases].push_back(&stream);
  ++count_;
}

void TickSchedule::leave(Stream& stream) {
  bool was_there = false;
  for (auto& phase : phases_) was_there = std::erase(phase, &stream) > 0 || was_there;
  if (was_there) --count_;
}

TickSchedule::Due TickSchedule::take_due(base::TimePoint now) {
  const Tick last = tick_at(now);
  if (last <= done_) return {.first = 1, .last = 0};
  Due due{.first = done_ + 1, .last = last};
  if (last - done_ > kPhases) {
    due.skipped = last - due.first;
    due.first = last;
  }
  done_ = last;
  return due;
}

}  // namespace tonearm::media
