#pragma once

#include <cstddef>
#include <system_error>
#include <vector>

#include "call/ports.hpp"
#include "storage/sqlite.hpp"

namespace tonearm::storage {

/// Answers that repeats of their requests get: the writing side. Repeatable like everything that is written.
/// Threading: that of its database.
class AnswerTable {
 public:
  explicit AnswerTable(Database& database);

  /// What the commit keeps, and what it takes back.
  std::error_code write(const call::Commit& commit);
  /// Removes answers to requests that came before `time`.
  std::error_code purge(base::WallTime time);

 private:
  Statement insert_;
  Statement withdraw_;
  Statement purge_;
};

/// Those that came after `since`, oldest first; the newest `most` of them. Throws `std::system_error`.
[[nodiscard]] std::vector<call::KeptAnswer> read_answers(Database& database, base::WallTime since,
                                                         std::size_t most);

}  // namespace tonearm::storage
