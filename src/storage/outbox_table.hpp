#pragma once

#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "call/ports.hpp"
#include "storage/sqlite.hpp"

namespace tonearm::storage {

/// Notifications on their way: the writing side. A delivered one is deleted, a parked one stays for people to
/// see. Threading: that of its database.
class OutboxTable {
 public:
  explicit OutboxTable(Database& database);

  std::error_code add(const call::OutboxRow& row);
  std::error_code remove(call::CallId call, call::NotificationNumber number);
  std::error_code park(call::CallId call, call::NotificationNumber number, base::WallTime at,
                       std::string_view why);
  /// Removes what was parked before `time`.
  std::error_code purge_parked(base::WallTime time);

 private:
  Statement insert_;
  Statement delete_;
  Statement park_;
  Statement purge_;
};

/// The reading side. Threading: that of its database.
class OutboxQuery {
 public:
  explicit OutboxQuery(Database& database);
  /// `row` stays empty if there is no such row that waits for delivery.
  std::error_code find(call::CallId call, call::NotificationNumber number,
                       std::optional<call::OutboxRow>& row);

 private:
  Statement select_;
};

/// What waits for delivery, in order per call. Throws `std::system_error`. Start-up only.
[[nodiscard]] std::vector<call::OutboxRow> read_pending(Database& database);

}  // namespace tonearm::storage
