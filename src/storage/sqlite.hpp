#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "base/clock.hpp"
#include "base/guid.hpp"
#include "base/strong.hpp"

struct sqlite3;
struct sqlite3_stmt;

// SQLite with types: GUIDs are 16-byte blobs, times are nanoseconds since 1970, durations are their count.

namespace tonearm::storage {

/// One connection. Opening throws `std::system_error` with a `StorageErrc` (start-up only).
/// Threading: used by one thread at a time.
class Database {
 public:
  enum class Mode : std::uint8_t { read_write, read_only };
  Database(const std::filesystem::path& file, Mode mode);

  /// Statements without parameters and results.
  std::error_code execute(const char* sql);
  /// First column of the first row as a number; 0 if there is none.
  std::int64_t number(const char* sql);
  /// First column of the first row as text.
  std::string text(const char* sql);
  /// Like `execute`, throws. For start-up.
  void require(const char* sql);

  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  /// SQLite's last words, for logs and errors.
  [[nodiscard]] std::string last_message() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// The columns of the current row, taken from left to right.
class Columns {
 public:
  explicit Columns(sqlite3_stmt* statement) : statement_(statement) {}

  std::int64_t integer();
  bool flag() { return integer() != 0; }
  std::string text();
  base::Guid guid();
  base::WallTime time();
  template <class Enum>
  Enum enumerator() {
    return static_cast<Enum>(integer());
  }
  template <class Duration>
  Duration duration() {
    return Duration(integer());
  }
  /// Is the next column NULL? Steps over it if so.
  bool skip_null();

 private:
  sqlite3_stmt* statement_;
  int next_ = 0;
};

/// A prepared statement, used again and again. Preparing throws `std::system_error` (start-up only).
class Statement {
 public:
  Statement(Database& database, std::string_view sql);

  /// Binds every parameter in order and runs to the end; rows are dropped. The arguments live that long.
  template <class... Args>
  std::error_code run(const Args&... args) {
    return each([](Columns&) {}, args...);
  }
  /// The same, with every row handed to `row`.
  template <class Row, class... Args>
  std::error_code each(Row&& row, const Args&... args) {
    int index = 0;
    (bind(++index, args), ...);
    return step(row);
  }
  /// Rows that the last `run` changed.
  [[nodiscard]] std::int64_t changes() const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  void bind(int index, std::nullptr_t);
  void bind(int index, std::int64_t value);
  void bind(int index, bool value) { bind(index, std::int64_t{value}); }
  void bind(int index, std::string_view text);
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  void bind(int index, std::span<const std::uint8_t> bytes);
  void bind(int index, const base::Guid& guid);
  void bind(int index, base::WallTime time);
  template <class Rep, class Tag>
  void bind(int index, const base::Strong<Rep, Tag>& strong) {
    if constexpr (std::is_same_v<Rep, base::Guid>) {
      bind(index, strong.value);
    } else {
      bind(index, static_cast<std::int64_t>(strong.value));
    }
  }
  template <class Tag>
  void bind(int index, const base::Id<Tag>& id) {
    bind(index, id.value);
  }
  template <class Number>
  requires(std::is_enum_v<Number> || std::is_integral_v<Number>) void bind(int index, Number value) {
    bind(index, static_cast<std::int64_t>(value));
  }
  template <class Rep, class Period>
  void bind(int index, std::chrono::duration<Rep, Period> duration) {
    bind(index, static_cast<std::int64_t>(duration.count()));
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind(index, nullptr);
    }
  }
  std::error_code step(const std::function<void(Columns&)>& row);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace tonearm::storage
