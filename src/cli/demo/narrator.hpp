#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/picture/canvas.hpp"

namespace tonearm::cli {

/// Prints what happens while it happens, on one clock. Threading: thread-safe.
class Narrator {
 public:
  explicit Narrator(const TerminalStyle& style) : style_(style) {}

  /// Times are told from here on (CLOCK_MONOTONIC).
  void start_clock(std::int64_t now_ns) { start_ns_ = now_ns; }
  [[nodiscard]] double ms(std::int64_t at_ns) const { return static_cast<double>(at_ns - start_ns_) / 1e6; }
  [[nodiscard]] const TerminalStyle& style() const { return style_; }

  /// `who`: server, bot, caller.
  void tell(std::int64_t at_ns, std::string_view who, std::string_view text);
  /// Without a time.
  void say(std::string_view text);

 private:
  const TerminalStyle style_;
  std::int64_t start_ns_ = 0;  ///< Set before other threads tell.
  std::mutex mutex_;           // one line at a time
};

}  // namespace tonearm::cli
