#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "call/leg.hpp"
#include "call/media_queue.hpp"
#include "call/notices.hpp"
#include "call/policy.hpp"
#include "call/stops.hpp"
#include "call/timers.hpp"
#include "call/transition.hpp"

namespace tonearm::call {

/// A `sendDtmfTones` on its way; media plays these in order beside the queue.
struct SendingDtmf {
  OperationId id;
  OperationNumber number;
  RequestId created_by;
};

struct ToneSubscription {
  OperationId id;
  RequestId created_by;
};

/// An operation whose creation is not on disk yet.
struct UncommittedOperation {
  std::uint64_t step = 0;
  OperationId id;
};

/// A transfer under way.
struct Transfer {
  std::uint64_t asked_step = 0;  ///< The REFER leaves when this step is committed.
  bool consultative = false;
};

/// All that a call knows. The files beside this one (`incoming`, `play`, `cancel`, `hang_up` …) tell one
/// story each and work on it; `Call` owns it and sends each input to its story. Threading: strand-bound.
struct CallData {
  CallPolicy policy;
  CallSnapshot view;  ///< What the outside sees; every step that changes it publishes a copy.
  Leg leg;
  Notices notices;
  Timers timers;

  MediaQueue queue;
  Stops stops;
  std::vector<SendingDtmf> sending;
  std::vector<ToneSubscription> tone_subscriptions;  ///< Each asks for the same keys; one is enough.
  std::int64_t last_tone = 0;
  std::vector<UncommittedOperation> uncommitted;  ///< In step order.

  std::optional<Transfer> transfer;
  std::optional<CallEnd> ending;         ///< While `terminating` and after.
  std::optional<RequestId> rejected_by;  ///< Its 202 precedes the call's `deleted`.
  std::uint64_t stale_inputs = 0;        ///< Reports and timers about what is over or never was: dropped.
};

/// Changes the state if `trigger` means something in it; says whether it did.
bool move(CallData& call, StepBuilder& step, CallTrigger trigger);

/// The bot's side of an incoming call.
[[nodiscard]] Party application_party(const Owner& owner);

}  // namespace tonearm::call
