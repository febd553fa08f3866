#pragma once

#include <optional>

#include "app/applications.hpp"
#include "call/commands.hpp"

namespace tonearm::app {

/// Why an application's call may not be transferred like this, if so: to whom it may not call itself it may
/// not send others, and the call that is to be replaced must be another one of its own, up. `other`: that
/// call; null: there is none. Pure.
[[nodiscard]] std::optional<call::CommandFailure> transfer_refusal(const call::TransferCommand& command,
                                                                   const call::CallSnapshot& call,
                                                                   const call::SnapshotPtr& other,
                                                                   const ServedApplication& application);

}  // namespace tonearm::app
