#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "call/ids.hpp"
#include "call/operation.hpp"

namespace tonearm::call {

/// Why an operation is being stopped; decides with the media thread's word how it ends.
enum class StopCause : std::uint8_t { cancelled, call_ended, media_lost };

// The life of a play or record: waiting → armed → running → (finalising) → ended, or from anywhere but
// finalising → stopping → ended.

/// In the queue; being fetched and decoded.
struct Waiting {
  bool ready = false;
  std::optional<OperationEnding> failed;  ///< It cannot be played; told when its turn comes.
};
/// The media thread may begin it whenever what runs has ended.
struct Armed {};
/// The media thread said that it has begun.
struct Running {};
/// Named in a stop; only the acknowledgement (or its own end before that) says how it ended.
struct Stopping {
  StopId stop;
  StopCause cause = StopCause::cancelled;
};
using OperationPhase = std::variant<Waiting, Armed, Running, Stopping>;

/// One entry of the media queue.
struct MediaOperation {
  OperationId id;
  OperationNumber number;
  std::variant<PlaySpec, RecordSpec> spec;
  std::optional<std::string> client_context;
  RequestId created_by;
  RecordingAccess recording;  ///< Records only: where their audio will be.
  OperationPhase phase = Waiting{};
  bool answered = false;   ///< The bot knows it; else it waits for the stop that its barge-in caused.
  bool withdrawn = false;  ///< Its creation was answered 500: it ends without a word.

  [[nodiscard]] bool is_record() const { return std::holds_alternative<RecordSpec>(spec); }
  template <class Phase>
  [[nodiscard]] bool is() const {
    return std::holds_alternative<Phase>(phase);
  }
};

/// `completed` or `failed`, as operations.md §4 has it for `reason`.
[[nodiscard]] OperationStatus status_after(EndReason reason);

/// The audio of a record that ended for this reason is written to a file first.
[[nodiscard]] bool needs_file(EndReason reason);

/// How `operation` ends if the media thread stopped it after `sent` of sound.
[[nodiscard]] EndReason reason_of_stop(const MediaOperation& operation, StopCause cause,
                                       std::chrono::milliseconds sent);

/// Captured audio shorter than this is not worth keeping.
inline constexpr std::chrono::milliseconds kLeastRecording{100};

}  // namespace tonearm::call
