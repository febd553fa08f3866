#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "call/ids.hpp"

namespace tonearm::call {

enum class OperationKind : std::uint8_t {
  play,
  record,
  subscribe_to_tone,
  cancel_media_processing,
  send_dtmf,
  update_recording_status
};

/// On the wire: `notStarted`, `running`, `completed`, `failed`.
enum class OperationStatus : std::uint8_t { not_started, running, completed, failed };

/// One entry of `prompts[]`.
struct Prompt {
  std::string uri;          ///< Absolute http or https URL; checked when the request is read.
  std::string resource_id;  ///< Cache key, scoped to application + URI; empty = none.
  std::uint32_t loop = 1;   ///< Times to play this prompt, ≥ 1 (beta).

  bool operator==(const Prompt&) const = default;
};

struct PlaySpec {
  std::vector<Prompt> prompts;  ///< 1…20
  bool loop = false;            ///< Until cancelled (beta).
};

struct RecordSpec {
  std::optional<Prompt> prompt;
  bool play_beep = true;
  bool barge_in = false;
  std::chrono::seconds initial_silence{5};  ///< 1…120, counted from the end of the beep
  std::chrono::seconds max_silence{5};      ///< 1…120
  std::chrono::seconds max_duration{5};     ///< 1…120
  std::vector<char> stop_tones;             ///< Of `0-9*#A-D`.
};

/// Why an operation ended; `graph` has the one table of status, code, subcode, message and completionReason
/// (operations.md §4).
enum class EndReason : std::uint8_t {
  play_finished,
  play_cancelled,  ///< By cancel, by barge-in or because the call ended.
  prompt_download_failed,
  prompt_format_invalid,
  record_max_duration,
  record_stop_tone,
  record_max_silence,
  record_initial_silence,
  record_cancelled,
  record_prompt_failed,
  record_call_ended_with_audio,
  record_call_ended_without_audio,
  record_media_lost_with_audio,
  record_media_lost_without_audio,
  record_not_written,
  dtmf_sent,
  dtmf_call_ended,
  server_restarted,
  server_restarted_with_audio,
  immediate,  ///< subscribeToTone, cancelMediaProcessing: completed in their response, no notification.
};

struct OperationEnding {
  EndReason reason = EndReason::immediate;
  std::string cause;  ///< For messages that have one; may be empty.

  bool operator==(const OperationEnding&) const = default;
};

/// Where a record's audio can be had, once it can be.
struct RecordingAccess {
  std::string location;  ///< Absolute URL.
  std::string token;     ///< Opaque; never logged.

  bool operator==(const RecordingAccess&) const = default;
};

/// An operation as responses, GET and notifications show it. A value; part of the call's snapshot.
struct OperationView {
  OperationId id;
  OperationKind kind = OperationKind::play;
  OperationStatus status = OperationStatus::running;
  std::optional<std::string> client_context;
  std::optional<OperationEnding> ending;
  OperationNumber number;            ///< 0 unless play or record.
  std::uint32_t queue_position = 0;  ///< ≥ 1 only in the response of an operation that waits.
  std::vector<Prompt> prompts;       ///< Echoed for plays.
  std::chrono::milliseconds media_duration{
      0};  ///< `@tonearm.sentMs` or `@tonearm.capturedMs`; valid once ended.
  std::optional<RecordingAccess> recording;  ///< Records: offered once ended; before that, to whom it may be.
  std::optional<std::chrono::microseconds> stop_latency;  ///< `@tonearm.stopMicroseconds`, cancel only.
  std::vector<OperationId> cancelled;                     ///< `@tonearm.cancelled`, cancel only.
  /// The notification that tells its end, 0 before and if there is none: `GET` shows the same `@odata.etag`.
  NotificationNumber notice{};
};

}  // namespace tonearm::call
