#pragma once

#include <optional>
#include <string_view>

#include "http/admin.hpp"

namespace tonearm::http {

/// `/tonearm/calls/{id}/events` (docs/events.md), for whom the admin listener lets in: a page of a call's
/// event log, or the log as a stream. Lives for one request. Threading: as Admin.
class AdminEvents {
 public:
  explicit AdminEvents(const AdminSources& sources) : sources_(sources) {}

  [[nodiscard]] static bool answers(std::string_view path);
  void handle(const Request& request, Responder respond) const;

 private:
  void page(const Request& request, const call::EventsAsked& asked, Responder respond) const;
  void stream(const Request& request, const call::EventsAsked& asked, Responder respond) const;

  const AdminSources& sources_;
};

}  // namespace tonearm::http
