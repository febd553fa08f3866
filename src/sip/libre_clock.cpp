#include "sip/libre_clock.hpp"

#include <chrono>
#include <cstdint>

#include <dlfcn.h>

#include "base/clock.hpp"
#include "sip/libre.hpp"

// A program's own definition stands before a shared library's, also for calls from within the library.
extern "C" std::uint64_t tmr_jiffies() {
  const auto since_start = tonearm::base::SteadyClock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count());
}

namespace tonearm::sip {

bool libre_keeps_steady_time() {
  return dlsym(RTLD_DEFAULT, "tmr_jiffies") == reinterpret_cast<void*>(&tmr_jiffies);
}

}  // namespace tonearm::sip
