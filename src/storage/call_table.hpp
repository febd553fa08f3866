#pragma once

#include <system_error>
#include <vector>

#include "call/ports.hpp"
#include "storage/sqlite.hpp"

namespace tonearm::storage {

/// Calls and their operations: the writing side. Every statement may be repeated, so that a transaction of
/// which nobody knows whether it was written can be written again. Threading: that of its database.
class CallTable {
 public:
  explicit CallTable(Database& database);

  /// The rows of a step, and the number of its last notification.
  std::error_code write(const call::Commit& commit);
  /// Removes the call if it is over and nothing of it waits to be delivered.
  std::error_code forget_if_done(call::CallId call);

 private:
  std::error_code write_call(const call::CallSnapshot& call);
  std::error_code write_operation(call::CallId call, const call::OperationView& operation);

  Statement upsert_call_;
  Statement upsert_operation_;
  Statement upsert_dialog_;
  Statement set_last_notification_;
  Statement set_over_;
  Statement delete_call_;
  Statement delete_operations_;
  Statement delete_dialogs_;
};

/// Calls whose end was not committed, with their operations. Throws `std::system_error`. Start-up only.
[[nodiscard]] std::vector<call::StoredCall> read_alive(Database& database);

}  // namespace tonearm::storage
