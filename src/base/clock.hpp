#pragma once

#include <chrono>

namespace tonearm::base {

/// Intervals and deadlines. Never goes back.
using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;
/// Dates that people and other machines read. May jump.
using WallClock = std::chrono::system_clock;
using WallTime = WallClock::time_point;

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace tonearm::base
