#pragma once

#include <string>
#include <string_view>

#include "call/operation.hpp"

namespace tonearm::graph {

/// What one way to end looks like on the wire (operations.md §4).
struct EndingRow {
  call::EndReason reason;
  bool completed;  ///< Else `failed`.
  int code;
  int subcode;
  std::string_view message;  ///< Without its last full stop if `names_cause`.
  std::string_view completion_reason;
  bool names_cause = false;  ///< ": cause" follows the message.
};

[[nodiscard]] const EndingRow& ending_row(call::EndReason reason);
[[nodiscard]] std::string ending_message(const call::OperationEnding& ending);
/// `completionReason`; a restart is spelled by the enum of the operation's kind.
[[nodiscard]] std::string_view completion_reason(call::EndReason reason, call::OperationKind kind);

}  // namespace tonearm::graph
