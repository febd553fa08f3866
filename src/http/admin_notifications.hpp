#pragma once

#include <string_view>

#include "http/admin.hpp"

namespace tonearm::http {

/// `/tonearm/notifications` and `/tonearm/notifications/{id}/redeliver` (docs/notifications.md), for whom the
/// admin listener lets in. Lives for one request. Threading: as Admin.
class AdminNotifications {
 public:
  explicit AdminNotifications(const AdminSources& sources) : sources_(sources) {}

  [[nodiscard]] static bool answers(std::string_view path);
  void handle(const Request& request, Responder respond) const;

 private:
  void list(const Request& request, Responder respond) const;
  void redeliver(const Request& request, std::string_view id, Responder respond) const;

  const AdminSources& sources_;
};

}  // namespace tonearm::http
