#pragma once

#include <expected>

#include "app/applications.hpp"
#include "call/commands.hpp"

namespace tonearm::app {

/// What becomes of an application's order: a call under a new id, or why there is none. An application may
/// call every user of the directory and the numbers that `may_call` begins with; it may call as itself, as
/// its resource account and as its own number. Pure but for the new id.
[[nodiscard]] std::expected<call::OutgoingCall, call::CommandFailure> place_call(
    call::CreateCall order, const call::CommandContext& context, const ServedApplication& application);

}  // namespace tonearm::app
