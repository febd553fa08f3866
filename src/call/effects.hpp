#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "call/commands.hpp"
#include "call/ids.hpp"
#include "call/inputs.hpp"
#include "call/media_description.hpp"
#include "call/notification.hpp"
#include "call/operation.hpp"

namespace tonearm::call {

// The gate of an effect is its type: it stands in one of the two lists of `Effects` and nowhere else.
// What may only be claimed after the media thread's report (an ending, the 200 of a cancel) has no list of
// its own: the step that the report causes is the first that can emit it.

// ---- at once
// ---------------------------------------------------------------------------------------------------

struct OpenMedia {
  LegId leg;
  std::optional<MediaDescription> media;  ///< None yet for a late offer or an outgoing call.
};
struct UpdateMedia {
  LegId leg;
  MediaDescription media;
};
struct PrefetchOperation {
  LegId leg;
  OperationId id;  ///< Names a record's file.
  OperationNumber number;
  std::variant<PlaySpec, RecordSpec> spec;
};
/// Fill the prompt cache (`preFetchMedia`); nothing is reported.
struct WarmPrompt {
  Prompt prompt;
};
/// Arm n: it begins when the running one has ended, at once if none is.
struct StartOperation {
  LegId leg;
  OperationNumber number;
};
struct StopOperations {
  LegId leg;
  StopId stop;
  std::vector<OperationNumber> numbers;
};
struct SendDtmf {
  LegId leg;
  OperationNumber number;
  std::vector<Tone> tones;
  std::chrono::milliseconds delay;
};
/// A key that came by signalling: media decides whether it counts (one source per leg).
struct InjectKey {
  LegId leg;
  Tone tone = Tone::t0;
};
/// From now on what one leg says is sent to the other.
struct JoinMedia {
  LegId one;
  LegId other;
};
struct CloseMedia {
  LegId leg;
};
struct SignalRinging {
  LegId leg;  ///< 180
};
struct SignalReject {
  LegId leg;
  int status = 480;
  std::string reason;
  std::string redirect_to;  ///< 302 Contact; else empty
};
/// Whom a leg of ours calls, and as whom.
struct Invitation {
  Party source;
  std::string caller_number;  ///< The application's own number; empty: none.
  Party target;
  LocalMedia local;
  unsigned hops = kHopsMax;
};
struct SignalHangUp {
  LegId leg;  ///< BYE, or CANCEL while ringing out.
};
struct ArmTimer {
  TimerKey timer;
  std::chrono::milliseconds after;
};
struct DisarmTimer {
  TimerKey timer;
};
using NowEffect = std::variant<OpenMedia, UpdateMedia, PrefetchOperation, WarmPrompt, StartOperation,
                               StopOperations, SendDtmf, InjectKey, JoinMedia, CloseMedia, SignalRinging,
                               SignalReject, SignalHangUp, ArmTimer, DisarmTimer>;

// ---- when this step's rows are on disk
// -------------------------------------------------------------------------

struct Respond {
  RequestId request;
  Reply reply;
};
struct SignalAnswer {
  LegId leg;  ///< 200 to the INVITE
  LocalMedia local;
};
struct SignalAck {
  LegId leg;  ///< To the 200 that answered our INVITE
};
struct SignalInvite {
  LegId leg;
  Invitation invitation;
};
/// Whom the far end shall call in our place, and as whom we know of it.
struct Referral {
  Party target;
  Party source;
  std::string caller_number;       ///< The application's own number; empty: none.
  std::optional<CallId> replaces;  ///< The call with the target that its new call replaces.
};
struct SignalRefer {
  LegId leg;
  Referral referral;
};
struct Publish {
  Notification notification;  ///< Hand it to delivery; its row is part of the same step.
};
using CommittedEffect = std::variant<Respond, SignalAnswer, SignalAck, SignalInvite, SignalRefer, Publish>;

struct Effects {
  std::vector<NowEffect> now;
  std::vector<CommittedEffect> after_commit;
};

/// One leg's dialog, as signalling wants it stored.
struct DialogRow {
  LegId leg;
  std::string dialog;
  bool operator==(const DialogRow&) const = default;
};

/// What a step leaves on disk.
struct Rows {
  SnapshotPtr call;                       ///< The call after the step, if it is to be written.
  std::vector<OperationView> operations;  ///< Those that changed.
  std::vector<DialogRow> dialogs;         ///< Each replaces what is stored of its leg.
  bool call_over = false;                 ///< The call's rows may go once its outbox is empty.
};

/// New state lives in the call object; this is the rest.
struct Step {
  std::uint64_t number = 0;  ///< Counted from 1 per call.
  Rows rows;
  std::vector<Notification> notifications;  ///< Outbox rows of this step, in order; each has its Publish.
  Effects effects;
  SnapshotPtr snapshot;  ///< What GET shows from now on.
};

}  // namespace tonearm::call
