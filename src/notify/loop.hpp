#pragma once

#include <chrono>
#include <functional>

#include "base/clock.hpp"

namespace tonearm::notify {

/// The one thread of execution on which delivery lives, and its clocks; tests turn them by hand.
/// Threading: thread-safe; tasks run one after the other.
class Loop {
 public:
  using Task = std::function<void()>;

  virtual ~Loop() = default;
  /// In the order posted, never inside the caller.
  virtual void post(Task task) = 0;
  virtual void call_after(std::chrono::milliseconds delay, Task task) = 0;
  [[nodiscard]] virtual base::TimePoint now() const = 0;
  [[nodiscard]] virtual base::WallTime wall_now() const = 0;
  /// Uniform in [0, 1).
  [[nodiscard]] virtual double random() = 0;
};

}  // namespace tonearm::notify
