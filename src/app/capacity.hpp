#pragma once

#include <cstddef>

#include "config/settings.hpp"

namespace tonearm::app {

/// The most calls at once that descriptors, RTP ports and `calls.max` allow. Raises the soft limit of
/// descriptors to the hard one first.
[[nodiscard]] std::size_t most_calls(const config::Settings& settings);

/// The most HTTP connections at once of one kind of listener: `http.connections_max`, but not more than a
/// quarter of the descriptors, so that calls find sockets whatever connects. Raises the soft limit likewise.
[[nodiscard]] std::size_t most_http_connections(const config::Settings& settings);

}  // namespace tonearm::app
