#pragma once

#include <cstdint>
#include <span>

#include "base/clock.hpp"
#include "media/codec.hpp"

namespace tonearm::media {

/// Tells speech from silence for a record's timers: 60 ms that are at least 10 dB above the noise floor
/// (operations.md §5). The floor follows quiet quickly and loud slowly, so that what goes on for long becomes
/// noise. It works on packets as they come; no packet and comfort noise are silence. By energy alone music is
/// speech too, until it has become noise.
/// Threading: media thread; neither allocates nor locks.
class SpeechDetector {
 public:
  /// Where the floor starts: in a room louder than this the first seconds count as speech.
  static constexpr double kFirstFloorDbm0 = -45;

  /// One packet's audio.
  void hear(Codec codec, std::span<const std::uint8_t> audio, base::TimePoint arrival);

  [[nodiscard]] bool heard() const { return last_ != base::TimePoint{}; }
  /// The latest speech; the epoch if there was none.
  [[nodiscard]] base::TimePoint last() const { return last_; }
  [[nodiscard]] double floor_dbm0() const { return floor_; }

 private:
  void judge(double level);

  double floor_ = kFirstFloorDbm0;
  unsigned run_ = 0;  // loud blocks lately
  base::TimePoint last_arrival_;
  base::TimePoint last_;
};

}  // namespace tonearm::media
