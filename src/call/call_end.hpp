#pragma once

#include <cstdint>
#include <string>

namespace tonearm::call {

/// Why a call ended; `graph` has the one table of code, subcode and message (operations.md §6).
enum class CallEndReason : std::uint8_t {
  bot_hung_up,
  far_end_hung_up,
  pstn_hung_up,
  busy,
  declined,
  no_answer,
  unreachable,
  cannot_route,
  rejected,  ///< `sip_status` 480, 486 or 403
  caller_gave_up,
  not_decided_in_time,
  fallback,
  redirected,
  dead_bot,
  sip_refusal,  ///< any other; `sip_status` says which
  no_ack,
  media_lost,
  keep_alive_missed,
  transferred,
  longest_duration,
  server_restarted,
  capacity,
  server_stopping,
  media_failed,  ///< The media engine gave no answer or had no port.
};

struct CallEnd {
  CallEndReason reason = CallEndReason::bot_hung_up;
  int sip_status = 0;  ///< For `rejected` and `sip_refusal`.
  std::string detail;  ///< For people; may be empty.

  bool operator==(const CallEnd&) const = default;
};

}  // namespace tonearm::call
