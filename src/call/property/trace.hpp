#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "call/commands.hpp"
#include "call/ids.hpp"
#include "call/notification.hpp"

// What the outside saw of one call, in order, and what must hold for it.

namespace tonearm::call::property {

struct Event {
  enum class What : std::uint8_t {
    requested,      ///< A command went in; `numbers`: what a cancel means, `scoped`: less than all.
    replied,        ///< Its answer is given to HTTP; `ok`, `operation`/`number` created, `cancelled`.
    written,        ///< The last byte of its answer has left.
    start_posted,   ///< `number` was armed.
    running_shown,  ///< GET began to say that `number` runs.
    audio_over,     ///< The call was told that `number` ended by itself.
    stop_posted,    ///< `stop` of `numbers`.
    stop_acked,     ///< The call was told so.
    key,            ///< The call was told of a key while the bot had subscribed.
    delivered,      ///< A notification reached the bot: `notification`, and what it is about.
  };

  What what = What::requested;
  RequestId request{};
  bool cancel = false;
  bool scoped = false;
  bool ok = false;
  bool created = false;  ///< The answer names an operation that will have an ending.
  bool record = false;
  OperationId operation{};
  OperationNumber number{};
  StopId stop{};
  std::vector<OperationNumber> numbers{};
  std::vector<OperationId> cancelled{};
  NotificationNumber notification{};
  std::optional<CallEvent> call_event{};
  EndReason reason = EndReason::immediate;
};

using Trace = std::vector<Event>;

enum class Fault : std::uint8_t {
  ending_missing,
  ending_doubled,
  ending_of_unknown,
  call_end_missing,
  call_end_doubled,
  call_end_not_last,
  queue_order_broken,
  two_running,
  start_before_stop_acknowledged,
  cancel_answered_early,
  cancel_list_wrong,
  tone_lost,
  notified_before_response,
  reply_missing,
  reply_doubled,
  numbering_broken,
};

[[nodiscard]] std::string_view name(Fault fault);

/// One line for people who look for the cause of a fault.
[[nodiscard]] std::string describe(const Event& event);

/// Everything that is wrong with a finished history; empty if it is right.
[[nodiscard]] std::set<Fault> check(const Trace& trace);

}  // namespace tonearm::call::property
