#include "storage/sqlite.hpp"

#include <array>
#include <cstring>

#include <sqlite3.h>

#include "storage/errc.hpp"

namespace tonearm::storage {
namespace {

StorageErrc errc_of(int result) {
  switch (result & 0xff) {  // the primary code of an extended one
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StorageErrc::corrupt;
    case SQLITE_FULL:
      return StorageErrc::disk_full;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return StorageErrc::unusable_directory;
    default:
      return StorageErrc::not_written;
  }
}

[[noreturn]] void fail(sqlite3* handle, int result, std::string_view what) {
  const char* words = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(result);
  throw std::system_error(make_error_code(errc_of(result)), std::string(what) + ": " + words);
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

Database::Database(const std::filesystem::path& file, Mode mode) {
  const int flags =
      mode == Mode::read_write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (result != SQLITE_OK) fail(handle, result, file.string());
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 1000);
}

std::error_code Database::execute(const char* sql) {
  const int result = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? std::error_code{} : make_error_code(errc_of(result));
}

void Database::require(const char* sql) {
  const int result = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(handle(), result, sql);
}

std::int64_t Database::number(const char* sql) {
  std::int64_t value = 0;
  Statement statement(*this, sql);
  const auto failure = statement.each([&](Columns& row) { value = row.integer(); });
  if (failure) throw std::system_error(failure, last_message());
  return value;
}

std::string Database::text(const char* sql) {
  std::string value;
  Statement statement(*this, sql);
  const auto failure = statement.each([&](Columns& row) {
    if (value.empty()) value = row.text();
  });
  if (failure) throw std::system_error(failure, last_message());
  return value;
}

std::string Database::last_message() const {
  return sqlite3_errmsg(handle());
}

std::int64_t Columns::integer() {
  return sqlite3_column_int64(statement_, next_++);
}

std::string Columns::text() {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, next_));
  const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement_, next_));
  ++next_;
  return bytes ? std::string(bytes, length) : std::string();
}

base::Guid Columns::guid() {
  std::array<std::uint8_t, 16> bytes{};
  const void* blob = sqlite3_column_blob(statement_, next_);
  if (blob && sqlite3_column_bytes(statement_, next_) == 16) std::memcpy(bytes.data(), blob, bytes.size());
  ++next_;
  return base::Guid(bytes);
}

base::WallTime Columns::time() {
  return base::WallTime(
      std::chrono::duration_cast<base::WallClock::duration>(std::chrono::nanoseconds(integer())));
}

bool Columns::skip_null() {
  if (sqlite3_column_type(statement_, next_) != SQLITE_NULL) return false;
  ++next_;
  return true;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(Database& database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) fail(database.handle(), result, sql);
  statement_.reset(statement);
}

std::int64_t Statement::changes() const {
  return sqlite3_changes64(sqlite3_db_handle(statement_.get()));
}

// Text and blobs are not copied: `each` steps to the end before its arguments die.

void Statement::bind(int index, std::nullptr_t) {
  sqlite3_bind_null(statement_.get(), index);
}

void Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), index, value);
}

void Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), index, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}

void Statement::bind(int index, std::span<const std::uint8_t> bytes) {
  sqlite3_bind_blob64(statement_.get(), index, bytes.data(), bytes.size(), SQLITE_STATIC);
}

void Statement::bind(int index, const base::Guid& guid) {
  static_assert(sizeof guid == 16);
  sqlite3_bind_blob(statement_.get(), index, &guid, sizeof guid, SQLITE_STATIC);
}

void Statement::bind(int index, base::WallTime time) {
  bind(index,
       std::int64_t{std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count()});
}

std::error_code Statement::step(const std::function<void(Columns&)>& row) {
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(statement_.get())) == SQLITE_ROW) {
    Columns columns(statement_.get());
    row(columns);
  }
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  return result == SQLITE_DONE ? std::error_code{} : make_error_code(errc_of(result));
}

}  // namespace tonearm::storage
