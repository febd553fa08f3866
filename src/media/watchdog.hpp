#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tonearm::media {

/// Ends the process when a thread has made no progress for 10 s, so that restart rules can help: a call
/// server that is stuck helps nobody. It counts its own seconds, so a process that was suspended as a whole
/// is not taken for stuck. Threading: made and destroyed by the owner; runs its own thread.
class Watchdog {
 public:
  struct Subject {
    /// True if the thread has worked, or has nothing to do, since the last question.
    std::function<bool()> alive;
    std::function<void()> stuck;  ///< Called once when it is not.
  };
  static constexpr unsigned kChecks = 10;  ///< A second apart.

  explicit Watchdog(std::vector<Subject> subjects,
                    std::chrono::milliseconds between = std::chrono::seconds(1));
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void run();
  void check();

  struct Watched {
    Subject subject;
    unsigned silent_checks = 0;
  };

  const std::chrono::milliseconds between_;
  std::vector<Watched> watched_;
  std::mutex mutex_;  // guards stopping_
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tonearm::media
