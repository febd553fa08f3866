#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <random>

namespace tonearm::media::testing {

/// What a network does to packets on their way, decided packet by packet out of a seed: the same packets in
/// the same order meet the same fates. Knows no clock; who carries packets asks it. Threading: one thread.
class BadPath {
 public:
  /// Shares are of one.
  struct Rules {
    double lost = 0;                      ///< Each packet for itself.
    double bursts = 0;                    ///< Share of packets with which a burst of losses begins.
    unsigned burst_max = 1;               ///< Its longest [packets].
    double doubled = 0;                   ///< Comes again within 30 ms.
    double overtaken = 0;                 ///< Held back for 50 ms, so that those behind it come first.
    std::chrono::milliseconds delay{0};   ///< Of all.
    std::chrono::milliseconds jitter{0};  ///< On top of it, evenly from 0; packets overtake each other.
  };
  /// What became of one packet: how many copies arrive, and how long after it was sent.
  struct Fate {
    std::size_t copies = 1;
    std::array<std::chrono::microseconds, 2> after{};
  };
  struct Counts {
    unsigned packets = 0;
    unsigned lost = 0;
    unsigned doubled = 0;
  };

  BadPath(const Rules& rules, unsigned seed) : rules_(rules), random_(seed) {}

  Fate next() {
    ++counts_.packets;
    // All is drawn in any case, so that one rule does not change what another one does.
    const bool lost = happens(rules_.lost);
    if (happens(rules_.bursts)) left_of_burst_ = 1 + random_() % rules_.burst_max;
    const bool doubled = happens(rules_.doubled);
    const bool overtaken = happens(rules_.overtaken);
    const std::chrono::microseconds first = rules_.delay + evenly(rules_.jitter);
    const std::chrono::microseconds again = evenly(std::chrono::milliseconds(30));
    const bool in_burst = left_of_burst_ > 0;
    if (in_burst) --left_of_burst_;
    if (lost || in_burst) {
      ++counts_.lost;
      return {.copies = 0};
    }
    counts_.doubled += doubled ? 1 : 0;
    const std::chrono::microseconds after =
        first + (overtaken ? std::chrono::milliseconds(50) : std::chrono::milliseconds(0));
    return {.copies = doubled ? 2U : 1U, .after = {after, after + again}};
  }
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  bool happens(double share) { return std::uniform_real_distribution<>(0, 1)(random_) < share; }
  std::chrono::microseconds evenly(std::chrono::microseconds most) {
    return std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random_));
  }

  const Rules rules_;
  std::mt19937 random_;
  unsigned left_of_burst_ = 0;
  Counts counts_;
};

}  // namespace tonearm::media::testing
