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

/// For a media session to be opened.
inline constexpr base::milliseconds kSessionOpenMax{2'000};

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

/// A redirect under way, or done: then the caller and one of the targets speak with each other.
struct Redirect {
  std::uint64_t asked_step = 0;      ///< The INVITEs leave when this step is committed, at the earliest.
  Party shown_caller;                ///< Whom the targets see calling.
  std::vector<Leg> targets;          ///< Leg ids from 2 on.
  std::optional<CallEnd> refusal;    ///< The weightiest of those that came so far.
  std::optional<LocalMedia> near;    ///< Where the caller will send to, once that session is open.
  std::optional<LegId> answered_by;  ///< From here on the application has no part in it.
};

/// All that a call knows. The files beside this one (`incoming`, `play`, `cancel`, `hang_up` …) tell one
/// story each and work on it; `Call` owns it and sends each input to its story. Threading: strand-bound.
struct CallData {
  CallPolicy policy;
  CallSnapshot view;   ///< What the outside sees; every step that changes it publishes a copy.
  Leg leg;             ///< The far end that the application has to do with.
  std::string number;  ///< The application's own; empty: none.
  Notices notices;
  Timers timers;

  MediaQueue queue;
  Stops stops;
  std::vector<SendingDtmf> sending;
  std::vector<ToneSubscription> tone_subscriptions;  ///< Each asks for the same keys; one is enough.
  std::int64_t last_tone = 0;
  std::vector<UncommittedOperation> uncommitted;  ///< In step order.

  std::optional<Transfer> transfer;
  std::optional<Redirect> redirect;
  std::optional<CallEnd> ending;        ///< While `terminating` and after.
  bool over = false;                    ///< Its last step is made; of a redirected call long after `gone`.
  std::optional<RequestId> decided_by;  ///< The reject or redirect, whose 202 precedes the call's `deleted`.
  std::uint64_t stale_inputs = 0;       ///< Reports and timers about what is over or never was: dropped.
};

/// Changes the state if `trigger` means something in it; says whether it did.
bool move(CallData& call, StepBuilder& step, CallTrigger trigger);

/// Calls `visit` with every leg, the application's far end first.
template <class Visit>
void each_leg(CallData& call, Visit&& visit) {
  visit(call.leg);
  if (!call.redirect) return;
  for (Leg& target : call.redirect->targets) visit(target);
}
[[nodiscard]] bool sessions_released(const CallData& call);
/// Caller and target of a redirect speak with each other.
[[nodiscard]] bool is_relaying(const CallData& call);

/// The bot's side of an incoming call.
[[nodiscard]] Party application_party(const Owner& owner);

}  // namespace tonearm::call
