#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "call/media_description.hpp"
#include "call/operation.hpp"
#include "call/snapshot.hpp"
#include "graph/describe_event.hpp"

// Pieces of event details. Pure.

namespace tonearm::graph {

[[nodiscard]] EventText event_text(std::string_view kind, const boost::json::object& details = {});

/// "tone5", or "masked".
[[nodiscard]] std::string_view shown_tone(call::Tone tone, bool show_numbers);
/// Without user, password and query: those may be a secret of the bot's.
[[nodiscard]] std::string public_part(std::string_view uri);
/// Codec, direction, hold and where the far end receives.
[[nodiscard]] boost::json::object media_details(const call::MediaDescription& media);
/// Id and kind of an operation and where it stands.
[[nodiscard]] boost::json::object operation_details(const call::OperationView& operation);

}  // namespace tonearm::graph
