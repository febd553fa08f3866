#pragma once

#include <optional>

#include <boost/json/value.hpp>

#include "call/media_description.hpp"
#include "call/media_stats.hpp"

// What call records and the event log say of a call's media.

namespace tonearm::graph {

/// "PCMU", or null.
[[nodiscard]] boost::json::value codec_json(const std::optional<call::Codec>& codec);
/// Packets, losses and jitter of both directions, or null.
[[nodiscard]] boost::json::value stats_json(const std::optional<call::MediaStats>& stats);

}  // namespace tonearm::graph
