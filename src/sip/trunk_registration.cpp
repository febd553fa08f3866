#include "sip/trunk_registration.hpp"

#include <algorithm>

namespace tonearm::sip {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLongestExpires{24 * 3600};

milliseconds scaled(milliseconds time, double factor) {
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(time.count()) * factor));
}

bool is_refusal(int status) {
  return status == 401 || status == 403 || status == 407;
}

}  // namespace

TrunkRegistration::Next TrunkRegistration::on_response(const Response& response, double jitter) {
  if (response.status >= 200 && response.status < 300) {
    return refresh(response.granted.value_or(wanted_), jitter);
  }
  // Too short for the registrar: ask again at once, but only for more than before.
  if (response.status == 423 && response.min_expires && *response.min_expires > wanted_ &&
      *response.min_expires <= kLongestExpires) {
    wanted_ = *response.min_expires;
    return {};
  }
  return pause(response, jitter);
}

/// Between half and three quarters of what was granted: one lost refresh still leaves time for another.
TrunkRegistration::Next TrunkRegistration::refresh(seconds granted, double jitter) {
  state_ = State::registered;
  failures_ = 0;
  const seconds lasts = std::clamp(granted, seconds(2), kLongestExpires);
  return {scaled(lasts, 0.75 - 0.25 * jitter), false};
}

TrunkRegistration::Next TrunkRegistration::pause(const Response& response, double jitter) {
  state_ = State::waiting;
  const unsigned doublings = std::min(failures_++, 16u);
  seconds longest = std::min(kLongestPause, kFirstPause * (1 << doublings));
  if (is_refusal(response.status)) longest = std::max(longest, kRefusedPause);
  milliseconds after = scaled(longest, 1.0 - 0.5 * jitter);
  if (response.retry_after)
    after = std::max<milliseconds>(after, std::min(*response.retry_after, seconds(3600)));
  return {after, !is_refusal(response.status)};
}

}  // namespace tonearm::sip
