#include "media/playout.hpp"

#include <utility>

namespace tonearm::media {

void Playout::arm(PlayOperation& operation) {
  PlayOperation** end = &first_armed_;
  while (*end != nullptr) end = &(*end)->next_armed;
  *end = &operation;
}

Playout::Frame Playout::next(Codec codec, std::size_t samples) {
  if (current_ == nullptr && first_armed_ != nullptr) {
    current_ = first_armed_;
    first_armed_ = std::exchange(current_->next_armed, nullptr);
  }
  if (current_ == nullptr || finished_) return {};
  const SourceFrame frame = current_->source->next(codec, samples);
  started_ = started_ || frame.kind == SourceFrame::Kind::audio;
  finished_ = frame.kind == SourceFrame::Kind::end || frame.last;
  return {.bytes = frame.bytes, .of_operation = frame.kind == SourceFrame::Kind::audio};
}

void Playout::frame_sent(std::chrono::milliseconds duration) {
  if (current_ != nullptr) current_->sent += duration;
}

void Playout::frame_failed(std::chrono::milliseconds duration) {
  if (current_ != nullptr) current_->sent -= duration;
}

StopResult Playout::stop(OperationNumber number) {
  if (current_ != nullptr && current_->number == number) {
    const StopResult result{number, started_ ? StopOutcome::cut : StopOutcome::never_started, current_->sent};
    forget_current();
    return result;
  }
  for (PlayOperation** place = &first_armed_; *place != nullptr; place = &(*place)->next_armed) {
    if ((*place)->number != number) continue;
    *place = std::exchange((*place)->next_armed, nullptr);
    return {number, StopOutcome::never_started, {}};
  }
  if (last_ended_.number == number && last_ended_.outcome == StopOutcome::completed) return last_ended_;
  return {number, StopOutcome::nothing, {}};
}

void Playout::clear() {
  forget_current();
  first_armed_ = nullptr;
}

void Playout::forget_current() {
  current_ = nullptr;
  started_ = told_started_ = finished_ = false;
}

}  // namespace tonearm::media
