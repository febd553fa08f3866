#include "media/key_arbiter.hpp"

#include <utility>

namespace tonearm::media {

void KeyArbiter::set_rules(KeySource source, bool events_negotiated) {
  const bool automatic = source == KeySource::automatic;
  takes_events_ = source == KeySource::rfc4733 || (automatic && events_negotiated);
  takes_in_band_ = source == KeySource::in_band || (automatic && !events_negotiated);
  takes_info_ = source == KeySource::info || (automatic && !events_negotiated);
}

void KeyArbiter::on_info(Key key, base::TimePoint now) {
  if (!takes_info_) return;
  if (pressed_ && pressed_->key == key && !pressed_->paired) {
    pressed_->paired = true;
    return;
  }
  if (of_in_band_.take(key, now - kSameKey)) return;
  sink_.on_key_began(key, now);
  sink_.on_key_ended(key, now);
  if (takes_in_band_) of_info_.add(key, now);
}

void KeyArbiter::on_in_band_began(Key key, base::TimePoint when) {
  const bool known = of_info_.take(key, when - kSameKey);
  pressed_ = Pressed{.key = key, .told = !known, .paired = known};
  if (!known) sink_.on_key_began(key, when);
}

void KeyArbiter::on_in_band_ended(Key key, base::TimePoint when) {
  const auto over = std::exchange(pressed_, std::nullopt);
  if (!over || !over->told) return;
  sink_.on_key_ended(key, when);
  if (takes_info_ && !over->paired) of_in_band_.add(key, when);
}

void KeyArbiter::Singles::add(Key key, base::TimePoint at) {
  singles_[next_] = Single{key, at};
  next_ = (next_ + 1) % singles_.size();
}

bool KeyArbiter::Singles::take(Key key, base::TimePoint not_before) {
  for (std::size_t i = 0; i < singles_.size(); ++i) {
    std::optional<Single>& single = singles_[(next_ + i) % singles_.size()];  // from the oldest on
    if (!single || single->key != key || single->at < not_before) continue;
    single.reset();
    return true;
  }
  return false;
}

}  // namespace tonearm::media
