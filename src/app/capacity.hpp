#pragma once

#include <cstddef>

#include "config/settings.hpp"

namespace tonearm::app {

/// The most calls at once that descriptors, RTP ports and `calls.max` allow. Raises the soft limit of
/// descriptors to the hard one first.
[[nodiscard]] std::size_t most_calls(const config::Settings& settings);

}  // namespace tonearm::app
