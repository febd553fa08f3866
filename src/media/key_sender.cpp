#include "media/key_sender.hpp"

#include <algorithm>

namespace tonearm::media {
namespace {

constexpr std::uint32_t samples_in(std::chrono::milliseconds time) {
  return static_cast<std::uint32_t>(time.count()) * kSamplesPerMs;
}

}  // namespace

void KeySender::arm(SendKeysOperation& operation) {
  SendKeysOperation** end = &first_armed_;
  while (*end != nullptr) end = &(*end)->next_armed;
  *end = &operation;
}

KeySender::Frame KeySender::next(bool by_events, std::uint32_t timestamp, std::size_t samples) {
  const std::uint32_t since_began = timestamp - began_;
  if (phase_ == Phase::pausing && since_began >= duration_ + pause_) phase_ = Phase::idle;
  if (phase_ == Phase::idle && !begin(by_events, timestamp)) return {};
  if (phase_ == Phase::pausing) return {};
  if (phase_ == Phase::sounding) return sound(timestamp - began_ + static_cast<std::uint32_t>(samples));
  const Frame repeated = frame(true);
  if (--end_packets_left_ == 0) end_key();
  return repeated;
}

bool KeySender::begin(bool by_events, std::uint32_t timestamp) {
  if (current_ == nullptr) {
    if (first_armed_ == nullptr) return false;
    current_ = first_armed_;
    first_armed_ = std::exchange(current_->next_armed, nullptr);
    next_key_ = 0;
  }
  phase_ = Phase::sounding;
  by_events_ = by_events;
  began_ = timestamp;
  duration_ = 0;
  pause_ = samples_in(std::max(current_->delay, kPauseMin));
  return true;
}

KeySender::Frame KeySender::frame(bool end) const {
  return {.kind = by_events_ ? Frame::Kind::event : Frame::Kind::tone,
          .event = {.key = current_->keys[next_key_],
                    .end = end,
                    .duration = static_cast<std::uint16_t>(std::min(duration_, 0xFFFFU))},
          .timestamp = began_};
}

KeySender::Frame KeySender::sound(std::uint32_t elapsed) {
  const bool first = duration_ == 0;
  duration_ = elapsed;
  const bool end = elapsed >= samples_in(kKeyLength);
  Frame sounding = frame(end);
  sounding.marker = first;
  if (end && by_events_) {
    phase_ = Phase::ending;
    end_packets_left_ = kEndPackets - 1;
  } else if (end) {
    end_key();
  }
  return sounding;
}

void KeySender::end_key() {
  phase_ = Phase::pausing;
  if (++next_key_ == current_->keys.size()) over_ = std::exchange(current_, nullptr);
}

void KeySender::clear() {
  current_ = first_armed_ = over_ = nullptr;
  phase_ = Phase::idle;
}

}  // namespace tonearm::media
