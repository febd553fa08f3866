#pragma once

#include <system_error>

namespace tonearm::storage {

/// Why the store could not be opened or a commit not be written.
enum class StorageErrc {
  unusable_directory = 1,  ///< `server.data_dir` cannot be made or written.
  in_use,                  ///< Another server holds the data directory.
  corrupt,                 ///< The file is damaged or no SQLite database.
  foreign_database,        ///< A SQLite database, but not one of ours.
  newer_schema,            ///< Written by a newer version.
  disk_full,               ///< No space left for the rows.
  not_written,             ///< Any other failure of the disk or of SQLite.
};

const std::error_category& storage_category();
std::error_code make_error_code(StorageErrc errc);

}  // namespace tonearm::storage

template <>
struct std::is_error_code_enum<tonearm::storage::StorageErrc> : std::true_type {};
