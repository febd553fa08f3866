#pragma once

#include <vector>

#include "app/call_actor.hpp"
#include "call/call.hpp"

namespace tonearm::app {

/// What a start finds on disk. Taken before anything new is written.
struct LeftOver {
  std::vector<call::OutboxRow> pending;  ///< Notifications neither delivered nor parked, in order per call.
  std::vector<call::StoredCall> alive;   ///< Calls that were up when the process ended.
};

/// Goes on where a crashed process stopped: pending notifications first, then for each call that was alive
/// the endings of its operations and its own, and a BYE to its phone. Threading: at start, before the first
/// call.
void end_left_over(LeftOver left_over, const CallPorts& ports,
                   const std::vector<call::CallSetup>& applications);

}  // namespace tonearm::app
