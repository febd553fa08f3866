#pragma once

#include <expected>

#include "app/applications.hpp"
#include "call/commands.hpp"

namespace tonearm::app {

/// May the application have this one called? Every user of the directory, and numbers by prefix.
[[nodiscard]] bool may_call(const ServedApplication& application, const call::Party& target);
/// What it is told if not.
[[nodiscard]] call::CommandFailure forbidden_number(const ServedApplication& application);

/// What becomes of an application's order: a call under a new id, or why there is none. An application may
/// call every user of the directory and the numbers that `may_call` begins with; it may call as itself, as
/// its resource account and as its own number. Pure but for the new id.
[[nodiscard]] std::expected<call::OutgoingCall, call::CommandFailure> place_call(
    call::CreateCall order, const call::CommandContext& context, const ServedApplication& application);

}  // namespace tonearm::app
