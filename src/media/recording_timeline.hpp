#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "media/spool.hpp"

namespace tonearm::media {

/// Puts what was received where it was spoken (docs/decisions/0103). Arrival says where a stream is, its RTP
/// timestamps say where in the stream; they count only while they agree with arrival, so that no sender can
/// stretch a recording. What overlaps, comes twice or in disorder falls into its place; what is missing is
/// concealed, long gaps are silence. Threading: one thread.
class RecordingTimeline {
 public:
  /// How far timestamp and arrival may be apart.
  static constexpr std::chrono::milliseconds kTolerance{250};
  /// How long a network or a machine may hold still and then bring all at once.
  static constexpr std::chrono::milliseconds kHeldBack{2'000};

  explicit RecordingTimeline(std::chrono::milliseconds length);

  /// In the order of arrival.
  void place(std::span<const SpooledAudio> pieces);
  /// 8 kHz, exactly as long as was said.
  [[nodiscard]] std::vector<std::int16_t> take();

  /// How often a timestamp was not believed.
  [[nodiscard]] unsigned reanchored() const { return reanchored_; }
  /// Pieces left out: there was no room for them in real time.
  [[nodiscard]] unsigned dropped() const { return dropped_; }

 private:
  using Position = std::int64_t;  // [samples of 8 kHz] from the start

  /// Where in the timeline a timestamp of the stream is.
  struct Anchor {
    std::uint32_t ssrc = 0;
    std::uint32_t timestamp = 0;
    Position position = 0;
  };

  void place_first(std::span<const SpooledAudio> rest);
  [[nodiscard]] Position position_of(const SpooledAudio& piece) const;
  [[nodiscard]] Position lateness(const SpooledAudio& piece) const;
  [[nodiscard]] bool believable(std::span<const SpooledAudio> rest) const;
  [[nodiscard]] bool catches_up(std::span<const SpooledAudio> rest) const;
  [[nodiscard]] bool has_jumped(std::span<const SpooledAudio> rest) const;
  [[nodiscard]] bool is_left_behind(const SpooledAudio& piece) const;
  void anchor(std::span<const SpooledAudio> rest);
  void reanchor(std::span<const SpooledAudio> rest);
  void advance(const SpooledAudio& piece);
  [[nodiscard]] int drift(Position late);
  /// `over`: what has been heard there is replaced.
  void write(Position at, const std::vector<std::int16_t>& samples, bool over = true);

  std::vector<std::int16_t> audio_;
  std::vector<bool> heard_;  // by sample
  std::optional<Anchor> anchor_;
  std::optional<Anchor> before_;  // of the time before the last jump, for what is still on its way
  Position end_ = std::numeric_limits<Position>::min();  // of what has been written
  // The least lateness of a second or so, which jitter does not change, and what is still to be made up of
  // it.
  Position least_late_ = 0;
  unsigned watched_ = 0;  // pieces
  Position correction_ = 0;
  unsigned reanchored_ = 0;
  unsigned dropped_ = 0;
};

}  // namespace tonearm::media
