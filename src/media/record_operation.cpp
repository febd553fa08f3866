#include "media/record_operation.hpp"

#include <algorithm>
#include <utility>

#include "media/beep.hpp"

namespace tonearm::media {

RecordOperation::RecordOperation(OperationNumber n, RecordRules rules, std::shared_ptr<Playlist> prompt,
                                 std::function<void()> tell_started, std::function<void()> tell_ended)
    : QueuedOperation(n, std::move(tell_started), std::move(tell_ended)),
      rules_(std::move(rules)),
      prompt_(std::move(prompt)),
      beep_(record_beep()),
      phase_(prompt_->size() > 0 ? Phase::prompt : Phase::beep) {}

SourceFrame RecordOperation::next(Codec codec, std::size_t samples, base::TimePoint now) {
  if (phase_ == Phase::prompt) {
    const SourceFrame frame = next_of_prompt(codec, samples);
    if (frame.kind != SourceFrame::Kind::end) return frame;
    if (prompt_->failure() != nullptr) {
      finish(RecordEnd::prompt_failed, now);
      return {};
    }
  }
  if (phase_ != Phase::recording && phase_ != Phase::over) {
    const SourceFrame frame = next_of_beep(codec, samples);
    if (frame.kind != SourceFrame::Kind::end) return frame;
    begin(now);
  }
  if (phase_ == Phase::recording) watch(now);
  if (phase_ == Phase::over) return {};
  return {.kind = SourceFrame::Kind::quiet};
}

/// The prompt's last frame is not the operation's.
SourceFrame RecordOperation::next_of_prompt(Codec codec, std::size_t samples) {
  SourceFrame frame = prompt_->next(codec, samples);
  frame.last = false;
  return frame;
}

SourceFrame RecordOperation::next_of_beep(Codec codec, std::size_t samples) {
  phase_ = Phase::beep;
  if (!rules_.beep || beep_at_ + samples > beep_->samples()) return {};
  const std::size_t at = std::exchange(beep_at_, beep_at_ + samples);
  return {.kind = SourceFrame::Kind::audio, .bytes = beep_->of(codec).data() + at};
}

void RecordOperation::begin(base::TimePoint now) {
  phase_ = Phase::recording;
  began_ = now;
  capture_->begin(now);
}

void RecordOperation::watch(base::TimePoint now) {
  if (!speech_.heard() && now - began_ >= rules_.initial_silence)
    finish(RecordEnd::initial_silence, now);
  else if (now - began_ >= rules_.max_duration)
    finish(RecordEnd::max_duration, began_ + rules_.max_duration);
  else if (speech_.heard() && now - speech_.last() >= rules_.max_silence)
    finish(RecordEnd::max_silence, now);
}

void RecordOperation::hear(const HeardAudio& audio) {
  if (phase_ != Phase::recording) return;
  heard_ = true;
  speech_.hear(audio.codec, audio.payload, audio.arrival);
  capture_->push(audio);
}

void RecordOperation::on_key_began(char tone, base::TimePoint when) {
  if (phase_ != Phase::recording || when < began_) return;
  if (rules_.stop_tones.find(tone) != std::string::npos) finish(RecordEnd::stop_tone, when);
}

void RecordOperation::cut(base::TimePoint now) {
  if (phase_ == Phase::recording) finish(RecordEnd::cut, now);
  phase_ = Phase::over;
}

void RecordOperation::finish(RecordEnd end, base::TimePoint at) {
  if (phase_ == Phase::recording)
    length_ = std::chrono::duration_cast<std::chrono::milliseconds>(std::max(at, began_) - began_);
  end_ = end;
  phase_ = Phase::over;
}

std::chrono::milliseconds RecordOperation::duration() const {
  return heard_ ? length_ : std::chrono::milliseconds(0);
}

}  // namespace tonearm::media
