#pragma once

#include <string>

#include "call/notification.hpp"
#include "call/ports.hpp"

namespace tonearm::graph {

/// Notification bodies (facts §4). One shape, whatever version the call was made with (operations.md §3).
/// Threading: immutable, so thread-safe.
class NotificationRenderer final : public call::NotificationRenderer {
 public:
  [[nodiscard]] std::string render(const call::Notification& notice) const override;
};

}  // namespace tonearm::graph
