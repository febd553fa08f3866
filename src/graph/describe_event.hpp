#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "call/effects.hpp"
#include "call/inputs.hpp"
#include "call/notification.hpp"
#include "call/ports.hpp"
#include "call/snapshot.hpp"
#include "graph/errors.hpp"

// What happens to a call, in words for the event log (docs/events.md). Pure. Nothing secret comes into it:
// addresses lose what follows a question mark, and numbers and keys are masked unless they may be shown.

namespace tonearm::graph {

struct EventText {
  std::string_view kind;  ///< A literal.
  std::string details;    ///< A JSON object.
};

/// What came to the call; nothing if that tells nobody anything.
[[nodiscard]] std::optional<EventText> describe(const call::Input& input, bool show_numbers);
/// What the call does at once.
[[nodiscard]] std::optional<EventText> describe(const call::NowEffect& effect, bool show_numbers);
/// What leaves when it is on disk.
[[nodiscard]] std::optional<EventText> describe(const call::CommittedEffect& effect, bool show_numbers);

/// What a request was answered, or will be when the client takes it.
struct Answered {
  call::RequestId request;
  const call::Reply& reply;
};
[[nodiscard]] EventText describe(const Answered& what, bool show_numbers);

struct CallCreated {
  const call::CallSnapshot& call;
};
[[nodiscard]] EventText describe(const CallCreated& what, bool show_numbers);

struct StateChanged {
  call::CallState from;
  call::CallState to;
};
[[nodiscard]] EventText describe(const StateChanged& what, bool show_numbers);

/// The end of the call is on disk.
struct CallOver {
  const call::CallSnapshot& call;
};
[[nodiscard]] EventText describe(const CallOver& what, bool show_numbers);

/// A start found the call up and ends it.
struct CallLeftOver {};
[[nodiscard]] EventText describe(const CallLeftOver& what, bool show_numbers);

/// A request about the call that it never heard of.
struct RequestRefused {
  std::string route;  ///< The pattern, not the path.
  std::string method;
  ErrorAnswer answer;
};
[[nodiscard]] EventText describe(const RequestRefused& what, bool show_numbers);

/// A recording was asked for with its own token.
struct RecordingAsked {
  call::OperationId operation;
  int status = 0;           ///< Of the answer.
  std::uint64_t bytes = 0;  ///< Of audio that it offers.
};
[[nodiscard]] EventText describe(const RecordingAsked& what, bool show_numbers);

/// What became of a notification, or of one attempt to deliver it.
struct NotificationFate {
  enum class Kind : std::uint8_t { delivered, attempt_failed, parked, redelivery_ordered };
  Kind kind = Kind::delivered;
  call::NotificationNumber number;
  call::GivenUp because = {};  ///< Of a failed attempt and of a parked one.
};
[[nodiscard]] EventText describe(const NotificationFate& what, bool show_numbers);

}  // namespace tonearm::graph
