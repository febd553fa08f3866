#pragma once

#include "call/effects.hpp"
#include "call/ports.hpp"
#include "call/stamp.hpp"

namespace tonearm::call {

/// Ends what was alive when the process ended: each unfinished operation, in the order of their numbers, then
/// the call, all with `server_restarted`. Notifications are numbered on after the last stored one. The shell
/// commits and publishes the step and hangs up `stored.dialog`. An over call gives an empty step. Pure.
[[nodiscard]] Step end_restored(const StoredCall& stored, const Stamp& stamp);

}  // namespace tonearm::call
