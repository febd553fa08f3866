#include "base/thread_clock.hpp"

namespace tonearm::base {

ThreadClock::ThreadClock(pthread_t thread) : known_(pthread_getcpuclockid(thread, &clock_) == 0) {}

std::chrono::nanoseconds ThreadClock::used() const {
  timespec time{};
  if (!known_ || clock_gettime(clock_, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace tonearm::base
