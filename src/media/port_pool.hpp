#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <vector>

#include "base/clock.hpp"

namespace tonearm::media {

/// Even RTP ports (the odd one above is RTCP's, RFC 3550 §11), handed out in random order. A port that comes
/// back rests for a while: its old peer may still be sending to it, and a new call must not hear that.
/// Threading: thread-safe.
class PortPool {
 public:
  struct Range {
    std::uint16_t first = 20000;
    std::uint16_t last = 29999;  ///< Included.
  };

  PortPool(Range range, std::chrono::milliseconds quarantine);

  /// Nothing if all are in use or resting.
  std::optional<std::uint16_t> take(base::TimePoint now);
  void give_back(std::uint16_t port, base::TimePoint now);
  /// Port pairs in all: the most sessions at once.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  struct Resting {
    std::uint16_t port;
    base::TimePoint until;
  };

  const std::chrono::milliseconds quarantine_;
  std::size_t capacity_ = 0;
  std::mutex mutex_;  // guards all below
  std::mt19937 random_;
  std::vector<std::uint16_t> free_;
  std::deque<Resting> resting_;  // earliest first
};

}  // namespace tonearm::media
