#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tonearm::storage {

/// What is wrong with a write-ahead log, in words; nothing if it may be replayed.
///
/// SQLite replays a log up to the first frame that is damaged and says nothing of the rest. That is right for
/// the last transaction, which the crash may have torn and nobody was told of, and wrong for those before it:
/// each was synced before the next began. So damage with more than one transaction behind it is damage to
/// what was promised. (Not so where the log is not synced: `storage.durability = "relaxed"`.) A file that
/// does not exist is in order. Throws `std::system_error` if it cannot be read. Source: SQLite, "WAL-mode
/// File Format" (sqlite.org/walformat.html).
std::optional<std::string> wal_damage(const std::filesystem::path& wal);

}  // namespace tonearm::storage
