#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "storage/sqlite.hpp"

// What is the same for every database in the data directory. Start-up only.

namespace tonearm::storage {

/// The file, made if there is none: SQLite would make it readable for everyone; its WAL gets the rights of
/// the database. Throws `std::system_error`: `unusable_directory`.
std::filesystem::path private_file(std::filesystem::path file);

/// Throws `std::system_error`: `corrupt`.
void check_integrity(Database& database);

/// What to do about a database that cannot be opened: the end of an error message. `lost` says what goes with
/// it if it is moved away.
[[nodiscard]] std::string remedy(const std::error_code& code, const char* lost);

}  // namespace tonearm::storage
