#pragma once

#include <string_view>

#include "http/admin.hpp"

namespace tonearm::http {

/// `/tonearm/calls/{id}/trace` (docs/trace.md), for whom the admin listener lets in. Lives for one request.
/// Threading: as Admin.
class AdminTrace {
 public:
  explicit AdminTrace(const AdminSources& sources) : sources_(sources) {}

  [[nodiscard]] static bool answers(std::string_view path);
  void handle(const Request& request, Responder respond) const;

 private:
  const AdminSources& sources_;
};

}  // namespace tonearm::http
