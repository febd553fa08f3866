#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "call/commands.hpp"
#include "call/ids.hpp"

namespace tonearm::call {

/// Posted to the media thread and not acknowledged.
struct PendingStop {
  StopId id;
  std::vector<OperationNumber> numbers;  ///< In queue order.
};

/// A cancel that will be answered when everything it named has stopped.
struct WaitingCancel {
  std::optional<std::string> client_context;
  std::vector<OperationNumber> named;
  std::vector<OperationId> cancelled;  ///< Those of them that really ended by a stop, so far.
  base::microseconds latency{0};
};
/// A record with barge-in: its answer and its start wait.
struct WaitingRecord {
  OperationNumber number;
};
/// A request whose answer waits for acknowledgements.
struct StopWaiter {
  CommandContext context;
  std::vector<StopId> outstanding;
  std::variant<WaitingCancel, WaitingRecord> what;
};

/// Which stops are on their way, and who waits for them. Threading: strand-bound.
class Stops {
 public:
  StopId post(std::vector<OperationNumber> numbers);
  void wait(StopWaiter waiter) { waiters_.push_back(std::move(waiter)); }

  /// The stop is no longer pending. None if it was not.
  [[nodiscard]] std::optional<PendingStop> take(StopId id);
  [[nodiscard]] bool pending() const { return !pending_.empty(); }
  [[nodiscard]] const std::vector<PendingStop>& all() const { return pending_; }
  /// Whether something before `number` is still being stopped: then `number` must not start yet.
  [[nodiscard]] bool hold_back(OperationNumber number) const;

  /// In the order in which they came.
  [[nodiscard]] std::vector<StopWaiter>& waiters() { return waiters_; }
  [[nodiscard]] std::vector<RequestId> requests_waiting_for(StopId id) const;
  /// Waiters of this stop leave, whatever else they wait for.
  [[nodiscard]] std::vector<StopWaiter> give_up(StopId id);
  /// No acknowledgement will come any more.
  [[nodiscard]] std::vector<StopWaiter> give_up_all();
  /// Strikes the stop off everybody's list; those with nothing outstanding leave.
  [[nodiscard]] std::vector<StopWaiter> settle(StopId id);

 private:
  std::vector<PendingStop> pending_;
  std::vector<StopWaiter> waiters_;
  std::uint64_t last_ = 0;
};

}  // namespace tonearm::call
