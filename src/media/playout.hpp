#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "media/codec.hpp"
#include "media/queued_operation.hpp"
#include "media/reports.hpp"

namespace tonearm::media {

/// Whose turn it is in one session: the current operation, those armed behind it, silence between. It
/// switches by itself. Threading: media thread; neither allocates nor locks.
class Playout {
 public:
  struct Frame {
    const std::uint8_t* bytes = nullptr;  ///< Null: send silence.
    bool of_operation = false;
  };

  /// Begins when those before it are over.
  void arm(QueuedOperation& operation);
  /// The frame of this tick.
  Frame next(Codec codec, std::size_t samples, base::TimePoint now);
  /// The frame of this tick was handed over (or was not to be sent); counts it.
  void frame_sent(std::chrono::milliseconds duration);
  void frame_failed(std::chrono::milliseconds duration);
  // What the far end does in the meantime.
  void hear(const HeardAudio& audio) {
    if (current_ != nullptr) current_->hear(audio);
  }
  /// Of a key `0-9*#A-D`: when its first sign came.
  void on_key_began(char tone, base::TimePoint when) {
    if (current_ != nullptr) current_->on_key_began(tone, when);
  }

  /// After the submission: reports what has started and ended with this tick's frame.
  template <class Report>
  void settle(Report&& report) {
    if (current_ == nullptr) return;
    if (!told_started_ && started_) {
      told_started_ = true;
      report(current_->started);
    }
    if (finished_) {
      last_ended_ = {current_->number, StopOutcome::completed, current_->duration()};
      QueuedOperation& over = *current_;
      forget_current();
      report(over.ended);
    }
  }

  /// Takes the operation out, whatever it was doing. Only between `settle` and `next`. One that ended by
  /// itself since the last tick is reported first.
  template <class Report>
  StopResult stop(OperationNumber number, base::TimePoint now, Report&& report) {
    if (current_ != nullptr && current_->number == number && current_->over()) {
      finished_ = true;
      settle(report);
    }
    return take_out(number, now);
  }
  /// At the session's end: all are forgotten.
  void clear(base::TimePoint now);

 private:
  StopResult take_out(OperationNumber number, base::TimePoint now);
  void forget_current();

  QueuedOperation* current_ = nullptr;
  bool started_ = false;
  bool told_started_ = false;
  bool finished_ = false;
  QueuedOperation* first_armed_ = nullptr;  // linked in order
  StopResult last_ended_;
};

}  // namespace tonearm::media
