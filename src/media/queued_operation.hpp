#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include "base/clock.hpp"
#include "media/capture.hpp"
#include "media/frame_source.hpp"
#include "media/mailbox.hpp"
#include "media/reports.hpp"

namespace tonearm::media {

/// What waits for its turn in a session, has it, and ends: a play or a record; with the storage of what will
/// be reported about it. Threading: made and destroyed off the media thread; the media thread's while it is
/// armed there, where it neither allocates nor locks.
class QueuedOperation {
 public:
  QueuedOperation(OperationNumber n, std::function<void()> tell_started, std::function<void()> tell_ended)
      : number(n), started(std::move(tell_started)), ended(std::move(tell_ended)) {}
  virtual ~QueuedOperation() = default;
  QueuedOperation(const QueuedOperation&) = delete;
  QueuedOperation& operator=(const QueuedOperation&) = delete;

  /// What it sends in this tick.
  virtual SourceFrame next(Codec codec, std::size_t samples, base::TimePoint now) = 0;
  /// The kernel took that long of it, or (negative) did not take it after all.
  virtual void sent(std::chrono::milliseconds) {}
  /// What the far end says during its turn.
  virtual void hear(const HeardAudio&) {}
  /// A key of the far end (`0-9*#A-D`) began at `when`, during its turn.
  virtual void on_key_began(char, base::TimePoint) {}
  /// It ended between two ticks; the next one will say so.
  [[nodiscard]] virtual bool over() const { return false; }
  /// It was stopped.
  virtual void cut(base::TimePoint) {}
  /// Really sent, or captured.
  [[nodiscard]] virtual std::chrono::milliseconds duration() const = 0;

  const OperationNumber number;
  QueuedOperation* next_armed = nullptr;  ///< Behind this one, on the media thread.
  ReportMail started;
  ReportMail ended;
};

}  // namespace tonearm::media
