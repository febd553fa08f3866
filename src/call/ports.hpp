#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include "call/commands.hpp"
#include "call/effects.hpp"
#include "call/ids.hpp"
#include "call/inputs.hpp"
#include "call/kept_answer.hpp"
#include "call/media_description.hpp"
#include "call/notification.hpp"
#include "call/snapshot.hpp"

// Where the call domain touches the world. Adapters in sip/, media/, storage/, notify/, graph/ implement
// these (or call them); only app/ introduces one to the other. Every `post_…` may be called from any thread,
// never blocks and is never dropped.

namespace tonearm::call {

// ---- signalling
// ------------------------------------------------------------------------------------------------

/// What signalling tells the calls. Threading: called on the signalling loop; must only post.
class SignalingListener {
 public:
  virtual ~SignalingListener() = default;
  /// 100 has been sent; the leg is alive until it is answered and over, rejected, or reports its end.
  virtual void on_invite(IncomingInvite invite) = 0;
  virtual void on_signal(LegRef leg, SignalBody body) = 0;
};

/// Implemented by sip/call_leg. Threading: thread-safe.
class SignalingPort {
 public:
  virtual ~SignalingPort() = default;
  virtual void post_ringing(LegRef leg) = 0;
  virtual void post_answer(LegRef leg, LocalMedia local) = 0;
  /// To the 2xx of whom we called.
  virtual void post_ack(LegRef leg) = 0;
  virtual void post_reject(LegRef leg, int status, std::string reason, std::string redirect_to) = 0;
  virtual void post_hang_up(LegRef leg) = 0;
  /// Calls out. Reports LegRinging, LegAnswered or LegFailed.
  virtual void post_invite(LegRef leg, Invitation invitation) = 0;
  /// Asks the far end to call somebody else. Reports LegReferred: accepted and then done or failed, or
  /// failed.
  virtual void post_refer(LegRef leg, Referral referral) = 0;
  /// After a restart: BYE in a stored dialog, CSeq far ahead; no report.
  virtual void post_hang_up_restored(std::string dialog) = 0;
};

// ---- media
// -----------------------------------------------------------------------------------------------------

/// What media tells the calls, in the order in which it happened in a session.
/// Threading: called on media's dispatcher thread; must only post.
class MediaListener {
 public:
  virtual ~MediaListener() = default;
  virtual void on_media(LegRef leg, MediaBody body) = 0;
};

/// Implemented by media/call_media. Commands to one session are carried out in order. Threading: thread-safe.
class MediaPort {
 public:
  virtual ~MediaPort() = default;
  /// `near`: an address of the far end that says which family to use; may be empty.
  virtual void post_open(LegRef leg, std::string near, std::optional<MediaDescription> media) = 0;
  virtual void post_update(LegRef leg, MediaDescription media) = 0;
  /// `application` scopes `resourceId`; `id` names a record's file. Reports PromptReady or PromptFailed.
  virtual void post_prefetch(LegRef leg, ApplicationId application, OperationId id, OperationNumber number,
                             std::variant<PlaySpec, RecordSpec> spec) = 0;
  virtual void post_warm(ApplicationId application, Prompt prompt) = 0;
  virtual void post_start(LegRef leg, OperationNumber number) = 0;
  /// Reports one StopAcknowledged that names each of `numbers`. Also forgets prefetches of them.
  virtual void post_stop(LegRef leg, StopId stop, std::vector<OperationNumber> numbers) = 0;
  virtual void post_send_dtmf(LegRef leg, OperationNumber number, std::vector<Tone> tones,
                              std::chrono::milliseconds delay) = 0;
  /// A key that came by signalling; reported as KeyPressed if this leg's keys come that way.
  virtual void post_key(LegRef leg, Tone tone) = 0;
  /// What either receives is sent to the other, until one is closed. Nothing if one of them is not open.
  virtual void post_join(LegRef one, LegRef other) = 0;
  /// Reports SessionClosed, the last report of the session.
  virtual void post_close(LegRef leg) = 0;
};

// ---- notifications
// ---------------------------------------------------------------------------------------------

/// Implemented by graph. Pure. Threading: thread-safe.
class NotificationRenderer {
 public:
  virtual ~NotificationRenderer() = default;
  /// The whole request body (`commsNotifications`), UTF-8.
  [[nodiscard]] virtual std::string render(const Notification& notification) const = 0;
};

/// One notification as it lies in the outbox.
struct OutboxRow {
  CallId call;
  NotificationNumber number;
  base::Guid message_id;  ///< `X-Microsoft-Skype-Message-ID`; the same on every attempt.
  ApplicationId application;
  TenantId tenant;
  std::string chain_id;
  std::string url;
  bool configured_url = false;  ///< The application's own webhook: hosts and http as configured are allowed.
  std::string body;
  base::WallTime created;
  bool ending = false;                             ///< Retried for `notifications.retry_for`, others 60 s.
  bool call_end = false;                           ///< The call's last one.
  std::optional<base::WallTime> redelivered = {};  ///< Was parked, and has been tried again since then.
};

/// Why a notification is no longer tried, or why an attempt failed, as people are told.
struct GivenUp {
  std::string why;        ///< A class ("answered 403"), nothing that the far end wrote.
  unsigned attempts = 0;  ///< Since this process took it up.
};

/// What delivery tells the calls. Threading: any thread; must only post.
class DeliveryListener {
 public:
  virtual ~DeliveryListener() = default;
  virtual void on_delivered(CallId call, NotificationNumber number) = 0;
  /// It will be tried again, or is parked next.
  virtual void on_attempt_failed(CallId call, NotificationNumber number, const GivenUp& because) = 0;
  virtual void on_parked(CallId call, NotificationNumber number, const GivenUp& because) = 0;
  /// The call's oldest undelivered notification is older than `dead_bot_after`.
  virtual void on_bot_silent(CallId call) = 0;
};

/// Implemented by notify/event_sink: delivers committed notifications, per call in order, one in flight.
/// Threading: thread-safe.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// The row is on disk. Held back until `post_open_gate` was called for each request in `behind` (mostly
  /// none or one). In order per call.
  virtual void post_publish(OutboxRow row, std::vector<RequestId> behind) = 0;
  /// The response was written or its connection has died.
  virtual void post_open_gate(RequestId request) = 0;
};

// ---- storage
// ---------------------------------------------------------------------------------------------------

/// Everything that one step leaves on disk, in one transaction.
struct Commit {
  CallId call;
  std::uint64_t step = 0;
  Rows rows;
  std::vector<OutboxRow> outbox;
  std::optional<KeptAnswer> answer = {};       ///< What repeats of its request get from now on.
  std::optional<auth::Sha256> withdrawn = {};  ///< Key of an answer that was not given after all.
};

/// What was alive when the process ended, for the ending of it at the next start.
struct StoredCall {
  SnapshotPtr call;  ///< With all stored operations.
  std::vector<std::string> dialogs;
  NotificationNumber last_notification;
};

/// Implemented by storage. Threading: thread-safe.
class CallStore {
 public:
  virtual ~CallStore() = default;
  /// `done` is called on the writer's thread, in the order of the commits of one call. A failed commit is
  /// tried again by the writer until it is written: `done` then hears the first failure and, later, the
  /// success.
  virtual void commit(Commit commit, std::function<void(std::error_code)> done) = 0;
  /// Age of the oldest commit not on disk yet; zero if there is none.
  [[nodiscard]] virtual std::chrono::milliseconds oldest_uncommitted() const = 0;
  /// Calls whose end was not committed. Blocking; at start only.
  virtual std::vector<StoredCall> load_alive() = 0;
};

/// The outbox as delivery sees it. Implemented by storage. Threading: thread-safe; callbacks on a store
/// thread.
class OutboxStore {
 public:
  virtual ~OutboxStore() = default;
  virtual void load(CallId call, NotificationNumber number,
                    std::function<void(std::optional<OutboxRow>)> done) = 0;
  virtual void mark_delivered(CallId call, NotificationNumber number) = 0;
  virtual void mark_parked(CallId call, NotificationNumber number, GivenUp because) = 0;
  /// Everything neither delivered nor parked, in order per call, without the bodies. Blocking; at start only.
  virtual std::vector<OutboxRow> load_pending() = 0;
};

// ---- API
// -------------------------------------------------------------------------------------------------------

/// The calls, as the HTTP handlers see them. Implemented by app's call host. Threading: thread-safe.
class CallDirectory {
 public:
  using ReplyHandler = std::function<void(Reply)>;
  using CreateHandler = std::function<void(CreateReply)>;

  virtual ~CallDirectory() = default;
  /// Null if there is no such call (any more).
  [[nodiscard]] virtual SnapshotPtr find(CallId call) const = 0;
  [[nodiscard]] virtual std::vector<SnapshotPtr> list() const = 0;
  /// `reply` is called exactly once, on any thread, after what it says is on disk.
  virtual void post_command(CallId call, CommandContext context, Command command, ReplyHandler reply) = 0;
  /// What repeats of a request shall get, told by the call that it made. Pure; called on any thread.
  using Keep = std::function<KeptAnswer(const CallSnapshot&)>;
  /// Places a call. `reply` is called exactly once, on any thread, when the call's row is on disk, and with
  /// it the answer that `keep` makes, if it is set.
  virtual void post_create(CreateCall order, CommandContext context, Keep keep, CreateHandler reply) = 0;
  /// The last byte of the response went to the kernel, or its connection has died. For every posted command.
  virtual void post_response_written(RequestId request) = 0;
};

}  // namespace tonearm::call
