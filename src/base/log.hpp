#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include <spdlog/spdlog.h>

namespace tonearm::base {

/// Sends all logging to stderr in the given format ("text" or "json") at `level` (trace … error, off).
/// Called once by main, before threads exist. A line about a call starts with `call=<id>`.
void start_logging(std::string_view level, std::string_view format);

/// Lets through at most `per_second` lines of one place, and says how many were held back.
/// For what strangers can provoke: no log line rate without a bound. Threading: thread-safe.
class RateLimit {
 public:
  explicit RateLimit(int per_second) : per_second_(per_second) {}
  /// True if a line may be written now; `suppressed` gets the number held back since the last one.
  bool allow(unsigned& suppressed);

 private:
  const int per_second_;
  std::atomic<std::int64_t> second_{0};
  std::atomic<int> used_{0};
  std::atomic<unsigned> suppressed_{0};
};

}  // namespace tonearm::base
