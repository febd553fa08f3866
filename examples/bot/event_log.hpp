#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include <boost/json.hpp>

namespace bot {

/// CLOCK_MONOTONIC in nanoseconds: comparable between all processes of one machine.
[[nodiscard]] inline std::int64_t monotonic_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

/// What the bot does and hears, one line each on stdout, at once.
class EventLog {
 public:
  explicit EventLog(bool json) : json_(json) {}

  /// `facts` gets `ns` (now) and `event`. Readable form: time, event, facts as `name=value`.
  void write(std::string_view event, boost::json::object facts);

 private:
  const bool json_;
  const std::int64_t start_ = monotonic_ns();
};

}  // namespace bot
