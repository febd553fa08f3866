#pragma once

#include <vector>

#include "app/applications.hpp"
#include "app/call_actor.hpp"
#include "call/call.hpp"

namespace tonearm::app {

/// What a start finds on disk. Taken before anything new is written.
struct LeftOver {
  std::vector<call::OutboxRow> pending;  ///< Notifications neither delivered nor parked, in order per call.
  std::vector<call::StoredCall> alive;   ///< Calls that were up when the process ended.
};

/// Ends what a crashed process left: for each call that was alive the endings of its operations and its own,
/// behind what was pending, and a BYE to its phone. Threading: at start, before the first call.
void end_left_over(const std::vector<call::StoredCall>& alive, const CallPorts& ports,
                   const std::vector<ServedApplication>& applications);

}  // namespace tonearm::app
