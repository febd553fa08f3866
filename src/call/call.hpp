#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "call/call_data.hpp"
#include "call/inputs.hpp"
#include "call/stamp.hpp"

namespace tonearm::call {

/// What a call gets from the configuration.
struct CallSetup {
  Owner owner;
  CallPolicy policy;
  std::string webhook;      ///< The application's own; empty: nobody is notified.
  std::string number = {};  ///< Shown where it calls; empty: none.
};

/// A call that a bot asked for.
struct OutgoingCall {
  LegRef leg;
  Party source;
  Party target;
  std::string caller_number;  ///< The application's own; empty: none.
  std::vector<Prompt> prefetch_media;
  std::vector<std::string> modalities = {"audio"};
  std::string subject;                                ///< May be empty.
  std::optional<std::chrono::seconds> ringing_limit;  ///< If shorter than the policy's.
  std::string callback_uri;                           ///< Empty: the application's webhook.
  std::string chain_id;                               ///< GUID text; empty: a new one.
  CommandContext context;  ///< Of the create request; answered `Accepted` (201) when its row is on disk.
};

/// One call, sans I/O: inputs go in, steps come out; nothing else happens. It has no clock, no socket, no
/// thread and no log, so that any history can be replayed.
///
/// The shell carries a step out: the `now` effects at once and in order; the rows to the store; the
/// `after_commit` effects when these rows are on disk, in step order. It reports `StepCommitted` or
/// `CommitFailed` for every step that had rows, notifications or `after_commit` effects. Every command is
/// answered by exactly one `Respond`, perhaps steps later. After a step with `rows.call_over` only commands
/// are still answered (404). Threading: strand-bound.
class Call {
 public:
  using Made = std::pair<std::unique_ptr<Call>, Step>;

  /// The INVITE's call, offered to its application in the first step.
  [[nodiscard]] static Made incoming(const IncomingInvite& invite, CallSetup setup, const Stamp& stamp);
  /// A call to be placed; the first step answers the create request.
  [[nodiscard]] static Made outgoing(const OutgoingCall& order, CallSetup setup, const Stamp& stamp);

  [[nodiscard]] Step advance(const Input& input, const Stamp& stamp);

  [[nodiscard]] CallId id() const { return data_.view.id; }
  [[nodiscard]] const Owner& owner() const { return data_.view.owner; }
  [[nodiscard]] bool over() const { return data_.over; }
  /// Reports and timers that were late, doubled or about something unknown, and dropped.
  [[nodiscard]] std::uint64_t stale_inputs() const { return data_.stale_inputs; }

 private:
  Call(LegRef leg, CallSetup setup, const Stamp& stamp);
  [[nodiscard]] StepBuilder next_step(const Stamp& stamp) { return {++last_step_, stamp}; }

  CallData data_;
  std::uint64_t last_step_ = 0;
  SnapshotPtr published_;
};

}  // namespace tonearm::call
