#include "app/capacity.hpp"

#include <algorithm>

#include <sys/resource.h>

namespace tonearm::app {
namespace {

/// Descriptors that are not the calls': listeners, connections, files.
constexpr std::size_t kOtherDescriptors = 512;
/// RTP and RTCP of one leg.
constexpr std::size_t kSocketsPerCall = 2;

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace

std::size_t most_calls(const config::Settings& settings) {
  const std::size_t descriptors = raise_descriptor_limit();
  const std::size_t by_descriptors =
      descriptors > kOtherDescriptors ? (descriptors - kOtherDescriptors) / kSocketsPerCall : 0;
  const std::size_t by_ports =
      (std::size_t{settings.media.ports.last} - settings.media.ports.first + 1) / kSocketsPerCall;
  const std::size_t possible = std::min(by_descriptors, by_ports);
  return settings.calls.max > 0
             ? std::min<std::size_t>(possible, static_cast<std::size_t>(settings.calls.max))
             : possible;
}

std::size_t most_http_connections(const config::Settings& settings) {
  const auto wanted = static_cast<std::size_t>(settings.http.connections_max);
  return std::min(wanted, std::max<std::size_t>(raise_descriptor_limit() / 4, 1));
}

}  // namespace tonearm::app
