#include "sip/target_health.hpp"

#include <algorithm>

namespace tonearm::sip {

void TargetHealth::on_response(int status, std::optional<std::chrono::seconds> retry_after,
                               base::TimePoint now) {
  if (status != 503) {
    // The end of a busy spell is what the target itself has set: an OPTIONS answered meanwhile does not end
    // it.
    if (state_ != State::down || probe_.count() == 0 || now >= not_before_) state_ = State::up;
    return;
  }
  state_ = State::down;
  not_before_ = now + std::min(retry_after.value_or(kSitOut), kRetryAfterMax);
}

void TargetHealth::on_silence(base::TimePoint now) {
  state_ = State::down;
  if (probe_.count() == 0) not_before_ = now + kSitOut;
}

bool TargetHealth::is_ready(base::TimePoint now) const {
  if (state_ != State::down) return true;
  return probe_.count() == 0 && now >= not_before_;
}

std::optional<std::chrono::milliseconds> TargetHealth::next_probe() const {
  if (probe_.count() == 0) return std::nullopt;
  return probe_;
}

}  // namespace tonearm::sip
