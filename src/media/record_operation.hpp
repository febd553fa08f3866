#pragma once

#include <memory>
#include <string>

#include "media/playlist.hpp"
#include "media/queued_operation.hpp"
#include "media/speech_detector.hpp"

namespace tonearm::media {

struct RecordRules {
  bool beep = true;
  std::chrono::milliseconds initial_silence{5'000};  ///< From the end of the beep.
  std::chrono::milliseconds max_silence{5'000};
  std::chrono::milliseconds max_duration{5'000};
  std::string stop_tones;  ///< Of `0-9*#A-D`.
};

/// Prompt → beep → recording → over; `cut` may come at any time. While it records, silence is sent, and the
/// far end's audio goes into the capture. Its clock is the tick's, so it ends in time also when nothing
/// comes. Threading: as QueuedOperation.
class RecordOperation final : public QueuedOperation {
 public:
  /// `prompt`: what is played first; an empty list if nothing is.
  RecordOperation(OperationNumber n, RecordRules rules, std::shared_ptr<Playlist> prompt,
                  std::function<void()> tell_started, std::function<void()> tell_ended);

  /// Before it is armed.
  void capture_into(std::shared_ptr<Capture> capture) { capture_ = std::move(capture); }

  SourceFrame next(Codec codec, std::size_t samples, base::TimePoint now) override;
  void hear(const HeardAudio& audio) override;
  /// A stop tone ends the audio where the key began.
  void on_key_began(char tone, base::TimePoint when) override;
  [[nodiscard]] bool over() const override { return phase_ == Phase::over; }
  void cut(base::TimePoint now) override;
  /// 0 if the far end was never heard.
  [[nodiscard]] std::chrono::milliseconds duration() const override;

  // When it is over, or was cut.
  [[nodiscard]] RecordEnd end() const { return end_; }
  /// From the beginning of the recording to its end.
  [[nodiscard]] std::chrono::milliseconds length() const { return length_; }
  [[nodiscard]] const std::shared_ptr<Capture>& capture() const { return capture_; }

 private:
  enum class Phase : std::uint8_t { prompt, beep, recording, over };

  [[nodiscard]] SourceFrame next_of_prompt(Codec codec, std::size_t samples);
  [[nodiscard]] SourceFrame next_of_beep(Codec codec, std::size_t samples);
  void begin(base::TimePoint now);
  void watch(base::TimePoint now);
  void finish(RecordEnd end, base::TimePoint at);

  const RecordRules rules_;
  const std::shared_ptr<Playlist> prompt_;
  const PromptPtr beep_;
  std::shared_ptr<Capture> capture_;

  Phase phase_;
  std::size_t beep_at_ = 0;  // [samples]
  base::TimePoint began_;
  SpeechDetector speech_;
  bool heard_ = false;
  RecordEnd end_ = RecordEnd::cut;
  std::chrono::milliseconds length_{0};
};

}  // namespace tonearm::media
