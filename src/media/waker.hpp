#pragma once

#include <optional>

#include "base/clock.hpp"

namespace tonearm::media {

/// Lets a thread sleep until a time or until somebody wakes it; packets do not (an eventfd and `ppoll`).
/// Threading: `wake` from any thread, `wait` from one.
class Waker {
 public:
  /// Throws std::system_error without a descriptor: start-up only.
  Waker();
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  void wake() noexcept;
  /// Returns when woken (also if that was before), at `until`, or for no reason.
  void wait(std::optional<base::TimePoint> until) noexcept;

 private:
  int fd_ = -1;
};

}  // namespace tonearm::media
