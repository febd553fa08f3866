#pragma once

#include <optional>

#include "app/applications.hpp"
#include "call/commands.hpp"

namespace tonearm::app {

/// Why a call of this application may not be sent on like this, if so: whom it may not call itself it may not
/// have called. Pure.
[[nodiscard]] std::optional<call::CommandFailure> redirect_refusal(const call::RedirectCommand& command,
                                                                   const ServedApplication& application);

}  // namespace tonearm::app
