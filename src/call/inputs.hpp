#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "call/call_end.hpp"
#include "call/commands.hpp"
#include "call/ids.hpp"
#include "call/media_description.hpp"
#include "call/media_stats.hpp"
#include "call/party.hpp"

namespace tonearm::call {

// ---- from signalling
// -------------------------------------------------------------------------------------------

/// An INVITE that is allowed in and has an application. Answered 100 already.
struct IncomingInvite {
  LegRef leg;                   ///< Made by the signalling side: a new call, leg 1.
  std::size_t application = 0;  ///< Index into the configured applications.
  Party source;
  std::string called;                     ///< What was dialled, for people.
  std::vector<Party> diverted_from;       ///< Who was called before us, first called first.
  bool from_pstn = false;                 ///< It came in by a trunk.
  unsigned hops = kHopsMax;               ///< Its Max-Forwards.
  std::optional<MediaDescription> media;  ///< None: late offer, the description comes with `LegAcked`.
  std::string dialog;  ///< The dialog as the signalling side wants it stored (one row), opaque here.
};
struct LegRinging {
  std::optional<MediaDescription> early;  ///< Early media (180 or 183 with an answer), if there is any.
};
/// A leg that we called answered.
struct LegAnswered {
  MediaDescription media;
  std::string dialog;
};
/// The ACK to our 2xx: offer and answer are complete.
struct LegAcked {
  MediaDescription media;
};
/// A re-INVITE or UPDATE was answered; hold and resume are in `media`.
struct LegMediaChanged {
  MediaDescription media;
  std::string dialog;
};
/// A key by SIP INFO.
struct LegKey {
  Tone tone = Tone::t0;
};
struct LegCancelled {};  ///< The caller gave up (CANCEL); 487 was sent.
struct LegHungUp {};     ///< BYE; answered.
/// Our INVITE was refused, our 2xx never acknowledged, or the transport broke.
struct LegFailed {
  int status = 0;  ///< SIP status; 0 = none.
  bool no_ack = false;
  std::string reason;
  bool no_route = false;  ///< Nothing that is configured leads to the target; no INVITE was sent.
};
/// What became of our REFER (RFC 3515).
struct LegReferred {
  enum class Outcome : std::uint8_t {
    accepted,  ///< The far end will call; it tells how that goes.
    done,      ///< Its call was answered.
    failed,    ///< Refused, its call was not answered, or nothing more will be heard.
  };
  Outcome outcome = Outcome::failed;
  int status = 0;  ///< SIP status that says so; 0: none.
  std::string reason;
};
using SignalBody = std::variant<LegRinging, LegAnswered, LegAcked, LegMediaChanged, LegKey, LegCancelled,
                                LegHungUp, LegFailed, LegReferred>;
struct SignalInput {
  LegId leg;
  SignalBody body;
};

// ---- from media
// ------------------------------------------------------------------------------------------------

struct SessionOpened {
  LocalMedia local;
};
struct SessionFailed {
  std::string cause;  ///< No port, no descriptor …
};
/// Enough of operation n is decoded that it can be started (for several prompts: the first; a record without
/// a prompt: at once).
struct PromptReady {
  OperationNumber number;
};
/// Nothing of operation n can be played.
struct PromptFailed {
  OperationNumber number;
  bool download = true;  ///< Else its format was unreadable.
  std::string cause;
};
struct OperationStarted {
  OperationNumber number;
};
/// Operation n ended by itself. For records only the audio is closed; `RecordWritten` follows.
struct OperationFinished {
  OperationNumber number;
  EndReason reason = EndReason::play_finished;
  std::string cause;
  std::chrono::milliseconds sent{0};  ///< Really sent (play) or captured (record).
};
struct RecordWritten {
  OperationNumber number;
  bool ok = true;
  std::string cause;
};
/// What a stop found. `nothing`: the operation was over or unknown.
enum class StopOutcome : std::uint8_t { nothing, never_started, cut, completed };
struct StoppedOperation {
  OperationNumber number;
  StopOutcome outcome = StopOutcome::nothing;
  std::chrono::milliseconds sent{0};
};
/// The last packet of every operation named in the stop has left.
struct StopAcknowledged {
  StopId stop;
  base::TimePoint
      cut_at;  ///< From here on no packet of them could reach the kernel. Epoch if nothing played.
  std::vector<StoppedOperation> operations;
};
struct MediaLost {};  ///< No RTP for `media.timeout`, not on hold.
struct KeyPressed {
  Tone tone = Tone::t0;
};
struct DtmfSent {
  OperationNumber number;
};
/// The session's sockets are closed; nothing more comes from it.
struct SessionClosed {
  MediaStats stats;
};
using MediaBody =
    std::variant<SessionOpened, SessionFailed, PromptReady, PromptFailed, OperationStarted, OperationFinished,
                 RecordWritten, StopAcknowledged, MediaLost, KeyPressed, DtmfSent, SessionClosed>;
struct MediaInput {
  LegId leg;
  MediaBody body;
};

// ---- from the shell
// --------------------------------------------------------------------------------------------

struct CommandInput {
  CommandContext context;
  Command command;
};
/// A timer armed by an effect. One that was disarmed or armed again does not come.
enum class TimerKind : std::uint8_t {
  bot_acceptance,   ///< 5 s for the webhook to accept the incoming call
  answer_deadline,  ///< `calls.answer_timeout`
  ringing,
  keep_alive,
  longest_duration,
  stop_slow,  ///< 500 ms without acknowledgement: the API answers 500
  stop_dead,  ///< 2 s: the call is ended
  session_open,
  record_flush,  ///< ≤ 2 s after the call's end for its recordings
  prompt_fetch,  ///< `prompts.timeout` as a backstop
  transfer,      ///< The far end says nothing of the call that it was to make.
};
struct TimerKey {
  TimerKind kind = TimerKind::keep_alive;
  std::uint64_t subject = 0;  ///< Stop id, operation number …; 0 if there is one only.
  auto operator<=>(const TimerKey&) const = default;
};
struct TimerFired {
  TimerKey timer;
};
struct StepCommitted {
  std::uint64_t step = 0;
};
/// The rows of a step could not be written. Its gated answers were turned into 500 by the shell; its
/// notifications stay with the store, which keeps trying.
struct CommitFailed {
  std::uint64_t step = 0;
};
/// What became of a notification.
struct NotificationDelivered {
  NotificationNumber number;
};
struct NotificationParked {
  NotificationNumber number;  ///< Final refusal (4xx) or retries used up.
};
struct BotSilent {};       ///< The oldest notification is older than `dead_bot_after`.
struct ServerStopping {};  ///< Drain is over: end with notifications.

using Input = std::variant<CommandInput, SignalInput, MediaInput, TimerFired, StepCommitted, CommitFailed,
                           NotificationDelivered, NotificationParked, BotSilent, ServerStopping>;

}  // namespace tonearm::call
