#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "call/commands.hpp"
#include "call/operation.hpp"
#include "call/snapshot.hpp"

namespace tonearm::graph {

// Every enumerator's spelling on the wire, once.

[[nodiscard]] std::string_view to_wire(call::CallState state);
[[nodiscard]] std::string_view to_wire(call::CallDirection direction);
[[nodiscard]] std::string_view to_wire(call::OperationStatus status);
[[nodiscard]] std::string_view to_wire(call::Tone tone);
/// `#microsoft.graph.playPromptOperation` …
[[nodiscard]] std::string_view operation_type(call::OperationKind kind);

/// Spellings in the order of the enumerators, for reading.
[[nodiscard]] std::span<const std::string_view> reject_reasons();
[[nodiscard]] std::span<const std::string_view> tones();
[[nodiscard]] std::span<const std::string_view> recording_statuses();
/// `targetDisposition`
[[nodiscard]] std::span<const std::string_view> call_dispositions();
[[nodiscard]] std::span<const std::string_view> cancel_scopes();
[[nodiscard]] std::span<const std::string_view> modalities();

}  // namespace tonearm::graph
