#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "call/ids.hpp"
#include "call/operation.hpp"
#include "call/party.hpp"
#include "call/snapshot.hpp"

namespace tonearm::call {

/// What every API request brings along. Rights and ownership were checked before it got here.
struct CommandContext {
  RequestId request;
  base::TimePoint received;  ///< When the request's last byte had been read.
  std::string base_url;  ///< `https://host/v1.0`: what `Location` and recording addresses start with (no `/`
                         ///< at the end).
  std::string scenario_id;  ///< `Scenario-Id` of the request; may be empty.
};

enum class RejectReason : std::uint8_t { none, busy, forbidden };

struct AnswerCommand {
  std::string callback_uri;  ///< Empty: the application's webhook.
  std::vector<Prompt> prefetch_media;
  std::vector<std::string> accepted_modalities;
};
struct RejectCommand {
  RejectReason reason = RejectReason::none;
  std::string callback_uri;
};
struct DeleteCommand {};
struct KeepAliveCommand {};
struct PlayCommand {
  PlaySpec spec;
  std::optional<std::string> client_context;
};
struct RecordCommand {
  RecordSpec spec;
  std::optional<std::string> client_context;
};
struct SubscribeToToneCommand {
  std::optional<std::string> client_context;
};
enum class CancelScope : std::uint8_t { all, current, queued };
struct CancelCommand {
  std::optional<std::string> client_context;
  CancelScope scope = CancelScope::all;
  std::optional<OperationId> operation;  ///< Instead of a scope.
};
struct SendDtmfCommand {
  std::vector<Tone> tones;
  std::chrono::milliseconds delay{0};
  std::optional<std::string> client_context;
};

/// What the bot says of recordings of its own (policy recording): noted, nothing follows from it.
enum class RecordingStatus : std::uint8_t { unknown, not_recording, recording, failed };
struct UpdateRecordingStatusCommand {
  RecordingStatus status = RecordingStatus::unknown;
  std::optional<std::string> client_context;
};

/// The far end is asked to call `target` in our place.
struct TransferCommand {
  Party target;
  std::optional<CallId> replaces;  ///< Consultative: the application's other call, with the target.
};

/// An incoming call goes to the first of these that answers, without the application.
struct RedirectCommand {
  std::vector<Party> targets;  ///< 1…25; they ring at once.
  std::chrono::seconds timeout{55};
  bool mask_caller = false;  ///< The targets see the application in the caller's place.
  std::string callback_uri;  ///< Empty: the application's webhook.
};

using Command = std::variant<AnswerCommand, RejectCommand, DeleteCommand, KeepAliveCommand, PlayCommand,
                             RecordCommand, SubscribeToToneCommand, CancelCommand, SendDtmfCommand,
                             UpdateRecordingStatusCommand, TransferCommand, RedirectCommand>;

/// What acts at once whatever the disk does: only its answer waits for it.
inline bool acts_always(const Command& command) {
  return std::holds_alternative<CancelCommand>(command) || std::holds_alternative<DeleteCommand>(command);
}

/// A call to be placed for an application (`POST /communications/calls`).
struct CreateCall {
  ApplicationId application;
  TenantId tenant;
  Party target;
  std::optional<Party> source;  ///< As the request had it; none: the application.
  std::string callback_uri;     ///< Empty: the application's webhook.
  std::vector<Prompt> prefetch_media;
  std::vector<std::string> modalities = {"audio"};
  std::string subject = {};
  std::optional<std::chrono::seconds> ringing_limit =
      {};  ///< Shorter than `calls.ringing_timeout`, if at all.
};

/// What a command's answer says; `graph` turns it into status and body.
struct CommandFailure {
  enum class Kind : std::uint8_t {
    call_not_found,       ///< 404 8522
    operation_not_found,  ///< 404 itemNotFound
    bad_request,          ///< 400: wrong state, queue full …
    forbidden,            ///< 403 7504: this application may not call there
    wrong_tenant,         ///< 403 7505: the application is another tenant's
    not_registered,       ///< 403 7503: no such application here
    too_many_requests,    ///< 429
    storage_full,         ///< 507
    unavailable,          ///< 503
    internal,             ///< 500
  };
  Kind kind = Kind::internal;
  std::string message;  ///< Says what to do.
};
struct Accepted {};  ///< answer, reject: 202. keepAlive: 200. delete: 204. All empty.
using Reply = std::variant<Accepted, OperationView, CommandFailure>;
/// The new call as its first step left it.
using CreateReply = std::variant<SnapshotPtr, CommandFailure>;

}  // namespace tonearm::call
