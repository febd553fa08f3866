#include "media/playout.hpp"

#include <utility>

namespace tonearm::media {

void Playout::arm(QueuedOperation& operation) {
  QueuedOperation** end = &first_armed_;
  while (*end != nullptr) end = &(*end)->next_armed;
  *end = &operation;
}

Playout::Frame Playout::next(Codec codec, std::size_t samples, base::TimePoint now) {
  if (current_ == nullptr && first_armed_ != nullptr) {
    current_ = first_armed_;
    first_armed_ = std::exchange(current_->next_armed, nullptr);
  }
  if (current_ == nullptr || finished_) return {};
  const SourceFrame frame = current_->next(codec, samples, now);
  started_ = started_ || frame.kind == SourceFrame::Kind::audio || frame.kind == SourceFrame::Kind::quiet;
  finished_ = frame.kind == SourceFrame::Kind::end || frame.last;
  return {.bytes = frame.bytes, .of_operation = frame.kind == SourceFrame::Kind::audio};
}

void Playout::frame_sent(std::chrono::milliseconds duration) {
  if (current_ != nullptr) current_->sent(duration);
}

void Playout::frame_failed(std::chrono::milliseconds duration) {
  if (current_ != nullptr) current_->sent(-duration);
}

StopResult Playout::take_out(OperationNumber number, base::TimePoint now) {
  if (current_ != nullptr && current_->number == number) {
    current_->cut(now);
    const StopResult result{number, started_ ? StopOutcome::cut : StopOutcome::never_started,
                            current_->duration()};
    forget_current();
    return result;
  }
  for (QueuedOperation** place = &first_armed_; *place != nullptr; place = &(*place)->next_armed) {
    if ((*place)->number != number) continue;
    *place = std::exchange((*place)->next_armed, nullptr);
    return {number, StopOutcome::never_started, {}};
  }
  if (last_ended_.number == number && last_ended_.outcome == StopOutcome::completed) return last_ended_;
  return {number, StopOutcome::nothing, {}};
}

void Playout::clear(base::TimePoint now) {
  if (current_ != nullptr) current_->cut(now);
  forget_current();
  first_armed_ = nullptr;
}

void Playout::forget_current() {
  current_ = nullptr;
  started_ = told_started_ = finished_ = false;
}

}  // namespace tonearm::media
