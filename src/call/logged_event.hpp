#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "call/ids.hpp"

// The event log: what happened to a call, for people. No decision of the server is ever taken from it.

namespace tonearm::call {

/// One thing that happened.
struct LoggedEvent {
  base::WallTime at;
  std::string_view kind;  ///< A literal, "operation.started" (docs/events.md).
  std::string details;    ///< A JSON object.
};

/// The same as it lies in the log.
struct NumberedEvent {
  std::uint64_t number = 0;  ///< From 1 in its call, without gaps.
  base::WallTime at;
  std::string kind;
  std::string details;
};

/// Which events of a call to read.
struct EventsAsked {
  CallId call;
  std::uint64_t after = 0;  ///< Number of the last one that the reader has.
  std::size_t most = 100;
};

struct EventsFound {
  bool known = false;  ///< The log has something of this call.
  std::vector<NumberedEvent> events;
};

/// Implemented by storage. Threading: thread-safe.
class EventLog {
 public:
  virtual ~EventLog() = default;
  /// Never blocks. If the disk is so far behind that the event cannot wait for it, it is lost, which the log
  /// then says.
  virtual void post(CallId call, LoggedEvent event) = 0;
};

}  // namespace tonearm::call
