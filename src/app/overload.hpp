#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace tonearm::app {

/// Parts of the server that have threads of their own, one of which a call keeps.
enum class BusyPart : std::uint8_t { media, signalling, pool };
inline constexpr std::array<std::string_view, 3> kBusyParts = {"media", "signalling", "pool"};

/// Says when new calls must be refused so that those that are up keep their cadence: when the busiest thread
/// of a part has used more of its core, over the last second, than calls leave it. Measured is what the
/// server's own threads used: a machine that is busy with other things says nothing of our load.
/// Threading: `read` from one thread; the rest thread-safe.
class Overload {
 public:
  struct Rule {
    /// Shares of a core [0…1], by part. The kernel and everybody else want 15 % of a media thread's core
    /// (design §7); a thread of the others has no deadline of 20 ms and may be filled.
    std::array<double, kBusyParts.size()> busy = {0.85, 0.90, 0.95};
    double relief =
        0.10;  ///< So much less, and it is over: calls that end leave room for a few, not for one.
    std::chrono::milliseconds window{1000};
  };
  /// CPU time that each thread has used since it began, by part. The threads are always the same.
  struct Reading {
    base::TimePoint at;
    std::array<std::vector<std::chrono::nanoseconds>, kBusyParts.size()> used;
  };

  Overload();  // a default argument would need Rule to be complete
  explicit Overload(Rule rule) : rule_(rule) {}

  /// A few times per window. What is told at the first readings of all is that nothing is known.
  void read(Reading reading);

  /// Why no call should be taken now, or nothing.
  [[nodiscard]] std::optional<std::string_view> why() const;
  /// Share of its core that the part's busiest thread uses [0…1].
  [[nodiscard]] double share(BusyPart part) const {
    return shares_[static_cast<std::size_t>(part)].load(std::memory_order_relaxed);
  }

 private:
  [[nodiscard]] double busiest(std::size_t part) const;

  const Rule rule_;
  std::deque<Reading> readings_;  // oldest first, about a window
  std::array<std::atomic<double>, kBusyParts.size()> shares_{};
  std::array<std::atomic<bool>, kBusyParts.size()> over_{};
};

}  // namespace tonearm::app
