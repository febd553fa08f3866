#pragma once

#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "call/parked_notification.hpp"
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
  /// No two are parked in the same microsecond: later than all before if need be.
  std::error_code park(call::CallId call, call::NotificationNumber number, base::WallTime at,
                       const call::GivenUp& because);
  /// Makes a parked one pending again. `row` stays empty if none with this message id is parked.
  std::error_code redeliver(const base::Guid& message_id, base::WallTime at,
                            std::optional<call::OutboxRow>& row);
  /// Removes the oldest that were parked before `time`, and the oldest beyond `most`; at most `kPurgeMax` of
  /// each, so that no step waits for long.
  std::error_code purge_parked(base::WallTime time, std::int64_t most);

  static constexpr std::int64_t kPurgeMax = 1000;
  /// Parked ones, as of the statements so far.
  [[nodiscard]] std::int64_t parked() const { return parked_; }
  /// Takes back what a transaction that failed had counted.
  void set_parked(std::int64_t count) { parked_ = count; }

 private:
  Statement insert_;
  Statement delete_;
  Statement park_;
  Statement redeliver_;
  Statement purge_old_;
  Statement purge_many_;
  std::int64_t parked_;
  base::WallTime last_parked_;
};

/// The reading side. Threading: that of its database.
class OutboxQuery {
 public:
  explicit OutboxQuery(Database& database);
  /// `row` stays empty if there is no such row that waits for delivery.
  std::error_code find(call::CallId call, call::NotificationNumber number,
                       std::optional<call::OutboxRow>& row);
  /// Up to `asked.most` parked ones, in the order in which they were parked.
  std::error_code find_parked(const call::ParkedAsked& asked, std::vector<call::ParkedNotification>& parked);
  /// Is there a row with this message id, parked or not? Reads the whole outbox if there is none.
  std::error_code knows(const base::Guid& message_id, bool& known);

 private:
  Statement select_;
  Statement select_parked_;
  Statement select_message_;
};

/// What waits for delivery, in order per call, without the bodies. Throws `std::system_error`. Start-up only.
[[nodiscard]] std::vector<call::OutboxRow> read_pending(Database& database);

}  // namespace tonearm::storage
