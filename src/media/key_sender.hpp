#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "media/codec.hpp"
#include "media/key.hpp"
#include "media/mailbox.hpp"
#include "media/reports.hpp"
#include "media/telephone_event.hpp"

namespace tonearm::media {

/// A row of keys to be sent, and the storage of the report that it was.
/// Threading: as PlayOperation.
struct SendKeysOperation {
  SendKeysOperation(OperationNumber n, std::vector<Key> to_send, std::chrono::milliseconds pause,
                    std::function<void()> tell_sent)
      : number(n), keys(std::move(to_send)), delay(pause), sent(std::move(tell_sent)) {}

  const OperationNumber number;
  const std::vector<Key> keys;  ///< ≥ 1
  const std::chrono::milliseconds delay;
  SendKeysOperation* next_armed = nullptr;
  ReportMail sent;
};

/// The keys that one session sends, beside what it plays: while a key is sent, its packets or its sound
/// replace the frames of the prompt. Time is the stream's own, so that a key lasts as long for the far end as
/// it should whatever happens to our ticks. Threading: media thread; neither allocates nor locks.
class KeySender {
 public:
  static constexpr std::chrono::milliseconds kKeyLength{100};
  /// The least silence between two keys, so that the far end hears two [ITU-T Q.24: 40 ms and more].
  static constexpr std::chrono::milliseconds kPauseMin{60};
  /// How often the last packet of a key is sent (RFC 4733 §2.5.1.4).
  static constexpr int kEndPackets = 3;

  struct Frame {
    enum class Kind : std::uint8_t {
      none,   ///< The frame is the prompt's.
      event,  ///< A packet with this event, this timestamp, this marker.
      tone,   ///< The sound of `event.key`, from its beginning if `marker`.
    };
    Kind kind = Kind::none;
    TelephoneEvent event;
    std::uint32_t timestamp = 0;
    bool marker = false;
  };

  /// Begins when those before it are over.
  void arm(SendKeysOperation& operation);
  /// What is to be sent instead of the frame at `timestamp`. `by_events`: else in band; a key that has begun
  /// ends as it began.
  Frame next(bool by_events, std::uint32_t timestamp, std::size_t samples);
  /// After the submission: reports what was sent with this tick's frame.
  template <class Report>
  void settle(Report&& report) {
    if (SendKeysOperation* over = std::exchange(over_, nullptr)) report(over->sent);
  }
  /// Keys are being sent, or wait for their turn.
  [[nodiscard]] bool busy() const {
    return phase_ != Phase::idle || current_ != nullptr || first_armed_ != nullptr;
  }
  /// At the session's end: all are forgotten.
  void clear();

 private:
  enum class Phase : std::uint8_t { idle, sounding, ending, pausing };

  bool begin(bool by_events, std::uint32_t timestamp);
  [[nodiscard]] Frame frame(bool end) const;
  Frame sound(std::uint32_t elapsed);
  void end_key();

  Phase phase_ = Phase::idle;
  bool by_events_ = false;
  std::uint32_t began_ = 0;     // [RTP time] of the key
  std::uint32_t duration_ = 0;  // of the key so far [samples]
  std::uint32_t pause_ = 0;     // after the key [samples]
  int end_packets_left_ = 0;
  std::size_t next_key_ = 0;  // of the current operation
  SendKeysOperation* current_ = nullptr;
  SendKeysOperation* first_armed_ = nullptr;  // linked in order
  SendKeysOperation* over_ = nullptr;         // its report is due
};

}  // namespace tonearm::media
