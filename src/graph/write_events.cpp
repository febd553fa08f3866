#include "graph/write_events.hpp"

#include <iterator>

#include <fmt/format.h>

#include "graph/utc_time.hpp"

namespace tonearm::graph {
namespace {

/// Kinds are literals of ours and details are JSON already.
void append_event(std::string& text, const call::NumberedEvent& event) {
  fmt::format_to(std::back_inserter(text), R"({{"number":{},"at":"{}","kind":"{}","details":{}}})",
                 event.number, utc_time(event.at), event.kind, event.details);
}

}  // namespace

std::string write_events(const EventsPage& page) {
  std::string text = R"({"events":[)";
  for (const auto& event : page.events) {
    if (&event != &page.events.front()) text += ',';
    append_event(text, event);
  }
  const std::uint64_t next = page.events.empty() ? page.after : page.events.back().number;
  fmt::format_to(std::back_inserter(text), R"(],"next":{},"more":{}}})", next, page.more);
  return text;
}

std::string write_event_stream(std::span<const call::NumberedEvent> events) {
  std::string text;
  for (const auto& event : events) {
    fmt::format_to(std::back_inserter(text), "id: {}\nevent: {}\ndata: ", event.number, event.kind);
    append_event(text, event);
    text += "\n\n";
  }
  return text;
}

}  // namespace tonearm::graph
