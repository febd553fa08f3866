#include "graph/operation_endings.hpp"

#include <array>

#include <fmt/format.h>

#include "graph/text.hpp"

namespace tonearm::graph {
namespace {

using call::EndReason;

constexpr bool kCompleted = true;
constexpr bool kFailed = false;
constexpr bool kNamesCause = true;

// operations.md §4, in the order of EndReason. Rows of which Graph documents nothing are marked "by analogy".
constexpr std::array kRows{
    EndingRow{EndReason::play_finished, kCompleted, 200, 0, "Action completed successfully.",
              "completedSuccessfully"},
    // by analogy with a cancelled record
    EndingRow{EndReason::play_cancelled, kFailed, 400, 8508, "Action failed, the operation was cancelled.",
              "mediaOperationCanceled"},
    EndingRow{EndReason::prompt_download_failed, kFailed, 400, 8536,
              "Action failed, file could not be downloaded", "unknown", kNamesCause},
    // by analogy
    EndingRow{EndReason::prompt_format_invalid, kFailed, 400, 8535, "Action failed, file format is invalid",
              "unknown", kNamesCause},
    EndingRow{EndReason::record_max_duration, kCompleted, 200, 8515,
              "Action completed, max record duration reached.", "maxRecordDurationReached"},
    EndingRow{EndReason::record_stop_tone, kCompleted, 200, 8514, "Action completed, stop tone detected.",
              "stopToneDetected"},
    // by analogy
    EndingRow{EndReason::record_max_silence, kCompleted, 200, 8516,
              "Action completed, max silence timeout reached.", "maxSilenceTimeout"},
    EndingRow{EndReason::record_initial_silence, kFailed, 400, 8510,
              "Action failed, initial silence timeout reached.", "initialSilenceTimeout"},
    EndingRow{EndReason::record_cancelled, kFailed, 400, 8508, "Action failed, the operation was cancelled.",
              "operationCanceled"},
    EndingRow{EndReason::record_prompt_failed, kFailed, 500, 8511,
              "Action failed, the prompt could not be played", "playPromptFailed", kNamesCause},
    // DEVIATES: Graph loses such a recording.
    EndingRow{EndReason::record_call_ended_with_audio, kCompleted, 200, 0,
              "Action completed, the call ended.", "unspecifiedError"},
    EndingRow{EndReason::record_call_ended_without_audio, kFailed, 400, 8508,
              "Action failed, the operation was cancelled.", "operationCanceled"},
    // by analogy
    EndingRow{EndReason::record_media_lost_with_audio, kCompleted, 200, 0,
              "Action completed, no more media was received.", "mediaReceiveTimeout"},
    EndingRow{EndReason::record_media_lost_without_audio, kFailed, 500, 8513,
              "Action failed, no media was received.", "mediaReceiveTimeout"},
    // by analogy
    EndingRow{EndReason::record_not_written, kFailed, 500, 9999,
              "Action failed, the recording could not be written", "unspecifiedError", kNamesCause},
    EndingRow{EndReason::dtmf_sent, kCompleted, 200, 0, "Action completed successfully.",
              "completedSuccessfully"},
    // `completed` in every documented example, the failures too (facts §6.11)
    EndingRow{EndReason::dtmf_call_ended, kCompleted, 200, 0, "Action completed, the call ended.",
              "mediaOperationCanceled"},
    // by analogy
    EndingRow{EndReason::server_restarted, kFailed, 500, 9999, "Action failed, the server was restarted.",
              "unspecifiedError"},
    EndingRow{EndReason::server_restarted_with_audio, kCompleted, 200, 0,
              "Action completed, the server was restarted.", "unspecifiedError"},
    EndingRow{EndReason::immediate, kCompleted, 200, 0, "Action completed successfully.", ""},
};

constexpr bool rows_stand_in_order() {
  for (std::size_t at = 0; at < kRows.size(); ++at) {
    if (static_cast<std::size_t>(kRows[at].reason) != at) return false;
  }
  return static_cast<std::size_t>(EndReason::immediate) + 1 == kRows.size();
}
static_assert(rows_stand_in_order());

}  // namespace

const EndingRow& ending_row(EndReason reason) {
  return kRows.at(static_cast<std::size_t>(reason));
}

std::string ending_message(const call::OperationEnding& ending) {
  const EndingRow& row = ending_row(ending.reason);
  if (!row.names_cause) return std::string(row.message);
  if (ending.cause.empty()) return fmt::format("{}.", row.message);
  return fmt::format("{}: {}", row.message, valid_utf8(ending.cause));
}

std::string_view completion_reason(EndReason reason, call::OperationKind kind) {
  if (reason == EndReason::server_restarted && kind != call::OperationKind::record) return "unknown";
  return ending_row(reason).completion_reason;
}

}  // namespace tonearm::graph
