#pragma once

#include <map>

#include "call/effects.hpp"
#include "call/ports.hpp"
#include "call/stamp.hpp"

namespace tonearm::call {

/// Records of which there is a file, and how much was captured.
using SavedRecordings = std::map<OperationId, base::milliseconds>;

/// Ends what was alive when the process ended: each unfinished operation, in the order of their numbers, then
/// the call, all with `server_restarted`. A record whose audio was `saved` completes and offers it, with a
/// new token: the old one was nowhere but in memory. Notifications are numbered on after the last stored one.
/// The shell commits and publishes the step and hangs up `stored.dialogs`. Of a redirected call the bot has
/// heard its ending: nothing is told. Pure.
[[nodiscard]] Step end_restored(const StoredCall& stored, const SavedRecordings& saved, const Stamp& stamp);

}  // namespace tonearm::call
