#include "storage/event_table.hpp"

#include <array>
#include <string>

#include "storage/schema.hpp"

namespace tonearm::storage {
namespace {

/// "TNRE": another file than the store's must not be taken for this one.
constexpr std::int64_t kEventsId = 0x544e5245;

// `id` grows with time, so the oldest rows are found without an index of their own.
constexpr const char* kEvents = R"sql(
CREATE TABLE events(
  id INTEGER PRIMARY KEY,
  call BLOB, number INTEGER, at_ns INTEGER, kind TEXT, details TEXT);
CREATE UNIQUE INDEX events_of_call ON events(call, number);
)sql";
constexpr std::array kEventsVersions = {kEvents};

/// Calls whose last number is remembered; another one is looked up.
constexpr std::size_t kNumbersMax = 8'192;

constexpr std::string_view kFull = "log.full";

}  // namespace

void migrate_events(Database& database) {
  migrate(database, kEventsId, kEventsVersions);
}

EventTable::EventTable(Database& database, std::uint64_t per_call_max)
    : per_call_max_(per_call_max),
      insert_(database, "INSERT INTO events(call, number, at_ns, kind, details) VALUES(?1, ?2, ?3, ?4, ?5)"),
      last_number_(database, "SELECT max(number) FROM events WHERE call = ?1"),
      select_(database,
              "SELECT number, at_ns, kind, details FROM events WHERE call = ?1 AND number > ?2 "
              "ORDER BY number LIMIT ?3"),
      known_(database, "SELECT 1 FROM events WHERE call = ?1 LIMIT 1"),
      size_(database,
            "SELECT (page_count - freelist_count) * page_size "
            "FROM pragma_page_count, pragma_freelist_count, pragma_page_size"),
      purge_(database,
             "DELETE FROM events WHERE id < (SELECT min(id) FROM events) + ?1 AND (?2 IS NULL OR at_ns < "
             "?2)") {}

std::error_code EventTable::add(const call::CallId& call, base::WallTime at, std::string_view kind,
                                std::string_view details, bool& written) {
  std::uint64_t last = 0;
  if (const auto failure = last_number(call, last)) return failure;
  written = last < per_call_max_;
  if (!written) return {};
  const bool is_last = last + 1 == per_call_max_;
  if (is_last) {
    kind = kFull;
    details = "{}";
  }
  if (const auto failure = insert_.run(call, last + 1, at, kind, details)) return failure;
  if (last_.size() >= kNumbersMax) last_.clear();
  last_[call] = last + 1;
  written = !is_last;
  return {};
}

std::error_code EventTable::last_number(const call::CallId& call, std::uint64_t& number) {
  if (const auto found = last_.find(call); found != last_.end()) {
    number = found->second;
    return {};
  }
  return last_number_.each([&](Columns& row) { number = static_cast<std::uint64_t>(row.integer()); }, call);
}

std::error_code EventTable::find(const call::EventsAsked& asked, call::EventsFound& found) {
  found = {};
  const auto failure = select_.each(
      [&](Columns& row) {
        call::NumberedEvent& event = found.events.emplace_back();
        event.number = static_cast<std::uint64_t>(row.integer());
        event.at = row.time();
        event.kind = row.text();
        event.details = row.text();
      },
      asked.call, asked.after, asked.most);
  found.known = !found.events.empty();
  if (failure || found.known) return failure;
  return known_.each([&](Columns&) { found.known = true; }, asked.call);
}

std::error_code EventTable::size(std::int64_t& bytes) {
  return size_.each([&](Columns& row) { bytes = row.integer(); });
}

std::error_code EventTable::purge(std::optional<base::WallTime> time, std::int64_t& gone) {
  const auto failure = purge_.run(kPurgeMax, time);
  gone = failure ? 0 : purge_.changes();
  return failure;
}

}  // namespace tonearm::storage
