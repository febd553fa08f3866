#pragma once

#include <string>

#include "base/clock.hpp"

namespace tonearm::graph {

/// "2026-11-14T22:13:20.250Z": what the admin listener's JSON shows of a time.
[[nodiscard]] std::string utc_time(base::WallTime at);

}  // namespace tonearm::graph
