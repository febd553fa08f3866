#pragma once

#include <string>

#include "call/ports.hpp"

namespace tonearm::app {

/// A notification as it goes to the outbox: rendered, with a message id of its own. `webhook` is the
/// application's configured one.
[[nodiscard]] call::OutboxRow outbox_row(const call::Notification& notification,
                                         const call::NotificationRenderer& renderer,
                                         const std::string& webhook);

}  // namespace tonearm::app
