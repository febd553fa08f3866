#pragma once

#include "storage/sqlite.hpp"

namespace tonearm::storage {

/// Brings a database to the newest schema, one transaction per version; `PRAGMA user_version` counts them.
/// Throws `std::system_error`: `foreign_database`, `newer_schema`, or what SQLite says. Start-up only.
void migrate(Database& database);

/// The version that `migrate` leads to.
[[nodiscard]] int newest_schema();

}  // namespace tonearm::storage
