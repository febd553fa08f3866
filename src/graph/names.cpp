#include "graph/names.hpp"

#include <array>

namespace tonearm::graph {
namespace {

using Name = std::string_view;

constexpr std::array<Name, 8> kCallStates{"incoming",         "establishing", "established", "transferring",
                                          "transferAccepted", "redirecting",  "terminating", "terminated"};
constexpr std::array<Name, 2> kDirections{"incoming", "outgoing"};
// Lower case as the service and its pages write it; the metadata's members start upper (facts §12.2).
constexpr std::array<Name, 4> kStatuses{"notStarted", "running", "completed", "failed"};
constexpr std::array<Name, 17> kTones{"tone0", "tone1", "tone2", "tone3", "tone4", "tone5",
                                      "tone6", "tone7", "tone8", "tone9", "star",  "pound",
                                      "a",     "b",     "c",     "d",     "flash"};
constexpr std::array<Name, 6> kOperationTypes{
    "#microsoft.graph.playPromptOperation",      "#microsoft.graph.recordOperation",
    "#microsoft.graph.subscribeToToneOperation", "#microsoft.graph.cancelMediaProcessingOperation",
    "#microsoft.graph.sendDtmfTonesOperation",   "#microsoft.graph.updateRecordingStatusOperation"};
constexpr std::array<Name, 3> kRejectReasons{"none", "busy", "forbidden"};
constexpr std::array<Name, 4> kRecordingStatuses{"unknown", "notRecording", "recording", "failed"};
constexpr std::array<Name, 3> kCancelScopes{"all", "current", "queued"};
constexpr std::array<Name, 5> kModalities{"audio", "video", "videoBasedScreenSharing", "data", "unknown"};

template <class Enum, std::size_t N>
std::string_view name_of(const std::array<Name, N>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

}  // namespace

std::string_view to_wire(call::CallState state) {
  return name_of(kCallStates, state);
}
std::string_view to_wire(call::CallDirection direction) {
  return name_of(kDirections, direction);
}
std::string_view to_wire(call::OperationStatus status) {
  return name_of(kStatuses, status);
}
std::string_view to_wire(call::Tone tone) {
  return name_of(kTones, tone);
}
std::string_view operation_type(call::OperationKind kind) {
  return name_of(kOperationTypes, kind);
}

std::span<const std::string_view> reject_reasons() {
  return kRejectReasons;
}
std::span<const std::string_view> tones() {
  return kTones;
}
std::span<const std::string_view> call_dispositions() {
  static constexpr std::array<std::string_view, 3> kSpellings{"default", "simultaneousRing", "forward"};
  return kSpellings;
}

std::span<const std::string_view> recording_statuses() {
  return kRecordingStatuses;
}
std::span<const std::string_view> cancel_scopes() {
  return kCancelScopes;
}
std::span<const std::string_view> modalities() {
  return kModalities;
}

}  // namespace tonearm::graph
