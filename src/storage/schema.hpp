#pragma once

#include <cstdint>
#include <span>

#include "storage/sqlite.hpp"

namespace tonearm::storage {

/// Brings a database to the newest schema, one transaction per version; `PRAGMA user_version` counts them.
/// Throws `std::system_error`: `foreign_database`, `newer_schema`, or what SQLite says. Start-up only.
void migrate(Database& database);

/// The same for another file of ours: `application_id` is its PRAGMA of that name, `versions` what makes each
/// version of the one before.
void migrate(Database& database, std::int64_t application_id, std::span<const char* const> versions);

/// The version that `migrate` leads to.
[[nodiscard]] int newest_schema();

}  // namespace tonearm::storage
