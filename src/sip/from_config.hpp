#pragma once

#include "config/settings.hpp"
#include "sip/call_leg.hpp"

namespace tonearm::sip {

/// What [sip], [media], [calls], [[application]], [[user]] and [[trunk]] say about signalling.
[[nodiscard]] CallLegsSettings call_legs_settings(const config::Settings& settings);
/// The part that a reload may change.
[[nodiscard]] Directory directory_of(const config::Settings& settings);

}  // namespace tonearm::sip
