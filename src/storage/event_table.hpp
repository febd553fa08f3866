#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include "base/clock.hpp"
#include "call/logged_event.hpp"
#include "storage/sqlite.hpp"

namespace tonearm::storage {

/// Brings the event log's file to its newest schema. Throws as `migrate`. Start-up only.
void migrate_events(Database& database);

/// The rows of the event log; gives them their numbers. Threading: as its database.
class EventTable {
 public:
  /// Rows that one `purge` removes at most.
  static constexpr std::int64_t kPurgeMax = 5'000;

  /// `per_call_max`: the last event of a call, by number, is one that says that the log has no more of it.
  EventTable(Database& database, std::uint64_t per_call_max);

  /// `written` becomes false if the call's log is full.
  std::error_code add(const call::CallId& call, base::WallTime at, std::string_view kind,
                      std::string_view details, bool& written);
  std::error_code find(const call::EventsAsked& asked, call::EventsFound& found);
  /// What its rows take in the file [bytes].
  std::error_code size(std::int64_t& bytes);
  /// Oldest first; of these only what is older than `time`, if any time is given. `gone` counts them.
  std::error_code purge(std::optional<base::WallTime> time, std::int64_t& gone);
  /// The numbers that were given out are what is on disk: after a transaction was rolled back.
  void forget_numbers() { last_.clear(); }

 private:
  std::error_code last_number(const call::CallId& call, std::uint64_t& number);

  const std::uint64_t per_call_max_;
  Statement insert_;
  Statement last_number_;
  Statement select_;
  Statement known_;
  Statement size_;
  Statement purge_;
  std::unordered_map<call::CallId, std::uint64_t> last_;  // numbers given; may be forgotten at any time
};

}  // namespace tonearm::storage
