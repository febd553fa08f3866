#include "media/key_events.hpp"

#include <algorithm>
#include <utility>

#include "media/codec.hpp"

namespace tonearm::media {
namespace {

// What a segment's timestamp is behind the one before it. Senders that update in whole frames begin the next
// one up to a frame earlier.
constexpr std::uint32_t kSegmentMax = 0x10000;
constexpr std::uint32_t kSegmentMin = 0xFFFF - 60 * kSamplesPerMs;
// A key that was never seen to be so long is not taken for the beginning of one that is, whatever the times.
constexpr std::uint16_t kLong = 0x8000;

}  // namespace

bool KeyEvents::Segment::is(const Segment& other) const {
  return key == other.key && ssrc == other.ssrc && timestamp == other.timestamp;
}

bool KeyEvents::Segment::is_older_than(const Segment& other) const {
  return ssrc == other.ssrc && static_cast<std::int32_t>(timestamp - other.timestamp) < 0;
}

bool KeyEvents::Segment::continues(const Segment& other) const {
  const std::uint32_t later = timestamp - other.timestamp;
  return !other.ended && other.duration >= kLong && key == other.key && ssrc == other.ssrc &&
         later >= kSegmentMin && later <= kSegmentMax;
}

void KeyEvents::receive(const RtpHeader& header, const TelephoneEvent& event, base::TimePoint arrival) {
  Segment segment{.key = event.key,
                  .ssrc = header.ssrc,
                  .timestamp = header.timestamp,
                  .duration = event.duration,
                  .ended = event.end};
  if (is_over(segment)) return;
  const base::TimePoint began = arrival - std::chrono::milliseconds(event.duration / kSamplesPerMs);
  if (pressed_ && segment.is_older_than(*pressed_)) {
    // Its other packets were lost, or come behind this one. It was before the one that is pressed now.
    sink_.on_key_began(segment.key, began);
    sink_.on_key_ended(segment.key, arrival);
    return remember(segment);
  }
  if (pressed_ && segment.continues(*pressed_)) {
    pressed_->ended = true;  // nothing else can continue it
    remember(std::exchange(*pressed_, segment));
  }
  if (pressed_ && !segment.is(*pressed_)) finish(arrival);
  if (pressed_)
    segment.duration = std::max(segment.duration, pressed_->duration);
  else
    sink_.on_key_began(segment.key, began);
  pressed_ = segment;
  updated_ = std::max(updated_, arrival);
  if (event.end) finish(arrival);
}

void KeyEvents::on_tick(base::TimePoint now) {
  if (pressed_ && now - updated_ >= kEndLost) finish(now);
}

void KeyEvents::finish(base::TimePoint now) {
  if (!pressed_) return;
  remember(*pressed_);
  sink_.on_key_ended(std::exchange(pressed_, std::nullopt)->key, now);
}

bool KeyEvents::is_over(const Segment& segment) {
  const auto known = [&](const std::optional<Segment>& over) { return over && segment.is(*over); };
  if (std::ranges::any_of(over_, known)) return true;
  // A key that was given up, too many of its packets having been lost, and that goes on as another segment.
  const bool given_up = std::ranges::any_of(
      over_, [&](const std::optional<Segment>& over) { return over && segment.continues(*over); });
  if (given_up) remember(segment);
  return given_up;
}

void KeyEvents::remember(const Segment& segment) {
  over_[next_over_] = segment;
  next_over_ = (next_over_ + 1) % kRemembered;
}

}  // namespace tonearm::media
