#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "call/ids.hpp"
#include "call/operation.hpp"
#include "call/snapshot.hpp"

namespace tonearm::call {

enum class CallEvent : std::uint8_t {
  offered,       ///< created, incoming
  establishing,  ///< updated
  established,   ///< updated, no mediaState
  audio_active,  ///< updated, established + mediaState, once per call
  audio_inactive,
  tone,  ///< updated, toneInfo only
  terminating,
  transferring,         ///< updated
  transfer_accepted,    ///< updated
  transfer_failed,      ///< updated, established + resultInfo
  consultation_failed,  ///< The same, of a consultative one.
  ended,                ///< deleted, terminated, resultInfo; always the last one
};

struct CallNotice {
  CallEvent event = CallEvent::offered;
};
struct OperationNotice {
  OperationView operation;  ///< As it ended: changeType deleted.
};

/// One webhook delivery, as the domain sees it. Rendered to JSON by `NotificationRenderer`.
struct Notification {
  NotificationNumber number;
  base::WallTime at;
  /// Must not leave before the responses to all of these requests have been written: the one that created the
  /// operation and, if it was cancelled, those of its cancels (they may be on different connections).
  std::vector<RequestId> behind;
  SnapshotPtr call;  ///< As it was when this happened.
  std::variant<CallNotice, OperationNotice> what;

  [[nodiscard]] bool is_call_end() const {
    const auto* notice = std::get_if<CallNotice>(&what);
    return notice && notice->event == CallEvent::ended;
  }
  [[nodiscard]] bool is_ending() const {
    return is_call_end() || std::holds_alternative<OperationNotice>(what);
  }
};

}  // namespace tonearm::call
