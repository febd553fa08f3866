#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "media/codec.hpp"
#include "media/play_operation.hpp"
#include "media/reports.hpp"

namespace tonearm::media {

/// What one session plays: the current operation, those armed behind it, silence between. It switches by
/// itself. Threading: media thread; neither allocates nor locks.
class Playout {
 public:
  struct Frame {
    const std::uint8_t* bytes = nullptr;  ///< Null: send silence.
    bool of_operation = false;
  };

  /// Begins when those before it are over.
  void arm(PlayOperation& operation);
  /// The frame of this tick.
  Frame next(Codec codec, std::size_t samples);
  /// The frame of this tick was handed over (or was not to be sent); counts it.
  void frame_sent(std::chrono::milliseconds duration);
  void frame_failed(std::chrono::milliseconds duration);
  /// After the submission: reports what has started and ended with this tick's frame.
  template <class Report>
  void settle(Report&& report) {
    if (current_ == nullptr) return;
    if (!told_started_ && started_) {
      told_started_ = true;
      report(current_->started);
    }
    if (finished_) {
      last_ended_ = {current_->number, StopOutcome::completed, current_->sent};
      PlayOperation& over = *current_;
      forget_current();
      report(over.ended);
    }
  }

  /// Takes the operation out, whatever it was doing. Only between `settle` and `next`.
  StopResult stop(OperationNumber number);
  /// At the session's end: all are forgotten.
  void clear();

 private:
  void forget_current();

  PlayOperation* current_ = nullptr;
  bool started_ = false;
  bool told_started_ = false;
  bool finished_ = false;
  PlayOperation* first_armed_ = nullptr;  // linked in order
  StopResult last_ended_;
};

}  // namespace tonearm::media
