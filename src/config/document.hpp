#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace tonearm::config {

struct Value;
using Array = std::vector<Value>;
using Table = std::map<std::string, Value>;

/// One value as it was written, and where. Keeps the TOML library out of everything else.
struct Value {
  /// `monostate` stands for kinds that no key uses (dates).
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Table> data;
  std::string origin;  ///< `tonearm.toml:12` or the name of an environment variable.
  /// From the environment, where everything is text: numbers and booleans may be read from it, and
  /// commas separate the entries of a list.
  bool loose = false;
};

/// Reads TOML text; `name` is how its lines are called in errors. A syntax error carries its line.
[[nodiscard]] base::Result<Table> parse_document(const std::string& text, std::string_view name);

}  // namespace tonearm::config
