#pragma once

#include <span>
#include <string>

#include "call/parked_notification.hpp"

namespace tonearm::graph {

struct ParkedPage {
  std::span<const call::ParkedNotification> parked;
  base::WallTime after{};  ///< What was asked for.
  bool more = false;       ///< There are others behind these.
};

/// Body of the admin listener's `/tonearm/notifications` (docs/notifications.md).
[[nodiscard]] std::string write_parked(const ParkedPage& page);

}  // namespace tonearm::graph
