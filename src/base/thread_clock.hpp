#pragma once

#include <chrono>
#include <ctime>

#include <pthread.h>

namespace tonearm::base {

/// The CPU time of one thread. Threading: immutable; may outlive its thread.
class ThreadClock {
 public:
  /// The thread must not have been joined.
  explicit ThreadClock(pthread_t thread);
  /// Since the thread began; zero if the system does not tell, or the thread is over.
  [[nodiscard]] std::chrono::nanoseconds used() const;

 private:
  clockid_t clock_ = 0;
  bool known_ = false;
};

}  // namespace tonearm::base
