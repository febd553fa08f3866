#pragma once

#include <cstddef>
#include <cstdint>
#include <system_error>
#include <vector>

#include "call/ended_call.hpp"
#include "storage/sqlite.hpp"

namespace tonearm::storage {

/// Call records: the writing side. Repeatable like everything that is written. Threading: that of its
/// database.
class RecordTable {
 public:
  explicit RecordTable(Database& database);

  /// The call as its last step left it.
  std::error_code add(const call::CallSnapshot& call);
  /// Removes what ended before `time`.
  std::error_code purge(base::WallTime time);

 private:
  Statement insert_;
  Statement purge_;
};

/// The reading side. Threading: that of its database.
class RecordQuery {
 public:
  explicit RecordQuery(Database& database);
  /// Up to `most` records behind the cursor `after`, in its order.
  std::error_code find(std::uint64_t after, std::size_t most, std::vector<call::EndedCall>& records);

 private:
  Statement select_;
};

}  // namespace tonearm::storage
