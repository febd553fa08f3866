#pragma once

#include <chrono>
#include <optional>
#include <system_error>
#include <vector>

#include "call/ports.hpp"
#include "call/recordings.hpp"
#include "storage/sqlite.hpp"

namespace tonearm::storage {

/// `[recordings]` of the configuration.
struct RecordingRetention {
  std::chrono::milliseconds keep{std::chrono::minutes(10)};            ///< After both call end and delivery.
  std::chrono::milliseconds keep_undelivered{std::chrono::hours(72)};  ///< At the latest.
};

/// Recordings that were offered: the writing side. Their rows outlive those of their calls. Every statement
/// may be repeated, as in CallTable. Threading: that of its database.
class RecordingTable {
 public:
  RecordingTable(Database& database, RecordingRetention retention);

  /// A row for each record that ends in this commit with something to offer; and the end of its call. Comes
  /// after the call's own rows.
  std::error_code write(const call::Commit& commit, base::WallTime now);
  /// The notification that offers it was delivered or parked.
  std::error_code settle(call::CallId call, call::NotificationNumber number, base::WallTime now);
  /// Removes what has expired and adds it to `gone`.
  std::error_code forget(base::WallTime now, std::vector<call::OperationId>& gone);

 private:
  std::error_code add(call::CallId call, const call::OperationView& operation, base::WallTime now);

  const RecordingRetention retention_;
  Statement insert_;
  Statement call_over_;
  Statement settle_;
  Statement delete_;
};

/// The reading side. Threading: that of its database.
class RecordingQuery {
 public:
  explicit RecordingQuery(Database& database);
  /// `recording` stays empty if there is no such row.
  std::error_code find(call::OperationId operation, std::optional<call::OfferedRecording>& recording);

 private:
  Statement select_;
};

/// Throws `std::system_error`.
[[nodiscard]] std::vector<call::OperationId> read_recordings(Database& database);

}  // namespace tonearm::storage
