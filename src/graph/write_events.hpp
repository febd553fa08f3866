#pragma once

#include <span>
#include <string>

#include "call/logged_event.hpp"

namespace tonearm::graph {

struct EventsPage {
  std::span<const call::NumberedEvent> events;
  std::uint64_t after = 0;  ///< What was asked for.
  bool more = false;        ///< There are others behind these.
};

/// Body of the admin listener's `/tonearm/calls/{id}/events` (docs/events.md).
[[nodiscard]] std::string write_events(const EventsPage& page);

/// The same events as server-sent ones (HTML Living Standard §9.2): `id` is the number, `event` the kind.
[[nodiscard]] std::string write_event_stream(std::span<const call::NumberedEvent> events);

}  // namespace tonearm::graph
