#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/clock.hpp"

namespace tonearm::media {

class Stream;

/// Spreads streams over 20 phases of 1 ms, so that each wake has a twentieth of the work. Ticks are numbered
/// from the schedule's start; phase p has the ticks p, p + 20, p + 40 …; a 10 ms stream stands in two phases.
/// Threading: media thread; joining may allocate.
class TickSchedule {
 public:
  using Tick = std::uint64_t;
  static constexpr unsigned kPhases = 20;
  static constexpr std::chrono::milliseconds kTick{1};

  /// The ticks to be worked off now.
  struct Due {
    Tick first = 0;
    Tick last = 0;  ///< Included; smaller than `first` if none is due.
    std::uint64_t skipped = 0;
  };

  explicit TickSchedule(base::TimePoint start) : start_(start) {}

  /// Into the emptiest phase. `interval`: 10 or 20 ticks.
  void join(Stream& stream, unsigned interval);
  void leave(Stream& stream);
  [[nodiscard]] const std::vector<Stream*>& phase_of(Tick tick) const { return phases_[tick % kPhases]; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  [[nodiscard]] base::TimePoint time_of(Tick tick) const { return start_ + kTick * tick; }
  [[nodiscard]] base::TimePoint next_time() const { return time_of(done_ + 1); }
  /// Up to 20 late ticks are worked off, one for each phase. More (a stall) are skipped: every stream then
  /// goes on in its own phase within the next 20 ms.
  Due take_due(base::TimePoint now);
  /// Nothing was to be done until now: no tick was missed.
  void resume(base::TimePoint now) { done_ = tick_at(now); }

 private:
  [[nodiscard]] Tick tick_at(base::TimePoint now) const { return static_cast<Tick>((now - start_) / kTick); }

  const base::TimePoint start_;
  Tick done_ = 0;
  std::array<std::vector<Stream*>, kPhases> phases_;
  std::size_t count_ = 0;
};

}  // namespace tonearm::media
