#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/clock.hpp"
#include "media/codec.hpp"

namespace tonearm::media {

/// Hears received audio in its order. Threading: media thread.
class AudioSink {
 public:
  virtual ~AudioSink() = default;
  /// `when`: at which the last of the samples was spoken, as near as is known.
  virtual void on_audio(std::span<const std::int16_t> samples, base::TimePoint when) = 0;
  /// Packets were lost; nobody knows what was in them.
  virtual void on_lost(base::TimePoint when) = 0;
  /// The far end says nothing: it sends no packets, or left more out than a network loses.
  virtual void on_silence(base::TimePoint when) = 0;
};

/// Puts received audio into its order by its RTP time, for a detector, which may hear it a little later but
/// not in pieces: packets may overtake each other and come twice within `kDepth`.
/// Threading: media thread; neither allocates nor locks.
class AudioWindow {
 public:
  static constexpr std::chrono::milliseconds kDepth{60};
  /// A longer hole is silence, not loss.
  static constexpr std::chrono::milliseconds kLossMax{40};
  /// Nothing has come for so long: the far end does not speak. (Less may be jitter.)
  static constexpr std::chrono::milliseconds kQuiet{150};

  explicit AudioWindow(AudioSink& sink) : sink_(sink) {}

  void add(Codec codec, std::uint32_t timestamp, std::span<const std::uint8_t> payload,
           base::TimePoint arrival);
  void on_tick(base::TimePoint now);
  /// Everything that has come is heard, then silence. What comes then may have any time.
  void flush();

 private:
  static constexpr std::size_t kCapacity = 2048;  ///< A power of two; 256 ms.
  static constexpr std::size_t kChunk = 80;       ///< Given to the sink at once at most [samples].

  [[nodiscard]] bool fits(std::uint32_t timestamp, std::size_t samples) const;
  void hear_until(std::uint32_t end);
  void skip(std::size_t samples);
  [[nodiscard]] base::TimePoint time_of(std::uint32_t timestamp) const;

  AudioSink& sink_;
  bool open_ = false;
  std::uint32_t next_ = 0;     // to be heard
  std::uint32_t newest_ = 0;   // behind the newest sample
  base::TimePoint newest_at_;  // when that came
  std::size_t missing_ = 0;    // in a row, heard of last [samples]
  std::array<std::int16_t, kCapacity> samples_{};
  std::bitset<kCapacity> present_;
};

}  // namespace tonearm::media
