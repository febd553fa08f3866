#include <utility>

#include "call/property/world.hpp"

// Whom a redirect calls: their signalling and their media, beside the caller's.

namespace tonearm::call::property {
namespace {

constexpr LegId kCaller{1};

}  // namespace

/// The media command's leg is one of a redirect's targets.
bool World::is_for_target(const NowEffect& effect) {
  return std::visit(
      [](const auto& e) {
        if constexpr (requires { e.leg; }) return e.leg != kCaller;
        return false;
      },
      effect);
}

RedirectCommand World::some_redirect() {
  RedirectCommand command;
  command.targets.resize(1 + dice_.below(3));
  command.mask_caller = dice_.percent(20);
  return command;
}

void World::run_for_target(const NowEffect& effect) {
  if (const auto* open = std::get_if<OpenMedia>(&effect)) {
    sessions_.insert(open->leg);
    if (open->leg != kCaller) targets_[open->leg].opening = true;
  } else if (const auto* close = std::get_if<CloseMedia>(&effect)) {
    sessions_.erase(close->leg);
    if (close->leg != kCaller) targets_[close->leg].closing = true;
  } else if (const auto* hang_up = std::get_if<SignalHangUp>(&effect)) {
    legs_up_.erase(hang_up->leg);
    hung_up_.insert(hang_up->leg);
    // What crosses the hang-up still comes.
    if (hang_up->leg != kCaller && dice_.percent(80))
      targets_[hang_up->leg].invited = targets_[hang_up->leg].answered = false;
  } else if (std::holds_alternative<JoinMedia>(effect)) {
    relayed_ = true;
  }
}

bool World::act_for_target() {
  for (auto& [leg, target] : targets_) {
    if (std::exchange(target.opening, false)) {
      feed(MediaInput{leg, dice_.percent(95) ? MediaBody(SessionOpened{}) : MediaBody(SessionFailed{})});
    } else if (std::exchange(target.closing, false)) {
      feed(MediaInput{leg, SessionClosed{}});
    } else if (std::exchange(target.invited, false)) {
      target.answered = dice_.percent(60);
      const SignalBody refused = LegFailed{486, false, {}, false};
      feed(SignalInput{leg, target.answered ? SignalBody(LegAnswered{some_media(), "dialog"}) : refused});
    } else if (target.answered && dice_.percent(20)) {
      target.answered = false;
      legs_up_.erase(leg);
      feed(SignalInput{leg, LegHungUp{}});
    } else {
      continue;
    }
    return true;
  }
  return false;
}

}  // namespace tonearm::call::property
