#include "graph/utc_time.hpp"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace tonearm::graph {

std::string utc_time(base::WallTime at) {
  const auto second = std::chrono::floor<base::seconds>(at);
  const auto fraction = std::chrono::floor<base::milliseconds>(at - second).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", second, fraction);
}

}  // namespace tonearm::graph
