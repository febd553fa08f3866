#include "config/document.hpp"

#include <sstream>

#include <toml.hpp>

#include "config/errc.hpp"

namespace tonearm::config {
namespace {

std::string origin_of(const toml::value& value, std::string_view name) {
  return std::string(name) + ":" + std::to_string(value.location().line());
}

Value convert(const toml::value& source, std::string_view name) {
  Value value{{}, origin_of(source, name)};
  switch (source.type()) {
    case toml::value_t::boolean:
      value.data = source.as_boolean();
      break;
    case toml::value_t::integer:
      value.data = static_cast<std::int64_t>(source.as_integer());
      break;
    case toml::value_t::floating:
      value.data = source.as_floating();
      break;
    case toml::value_t::string:
      value.data = source.as_string().str;
      break;
    case toml::value_t::array: {
      Array array;
      for (const toml::value& entry : source.as_array()) array.push_back(convert(entry, name));
      value.data = std::move(array);
      break;
    }
    case toml::value_t::table: {
      Table table;
      for (const auto& [key, entry] : source.as_table()) table.emplace(key, convert(entry, name));
      value.data = std::move(table);
      break;
    }
    default:
      break;
  }
  return value;
}

/// The library's message is a drawing of several lines; its first one says what, the location where.
std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  const auto start = line.find("toml::");
  return start == std::string::npos ? line : line.substr(start);
}

}  // namespace

base::Result<Table> parse_document(const std::string& text, std::string_view name) {
  try {
    std::istringstream stream(text);
    Value root = convert(toml::parse(stream, std::string(name)), name);
    return std::get<Table>(std::move(root.data));
  } catch (const toml::exception& error) {
    return base::fail(ConfigErrc::syntax, std::string(name) + ":" + std::to_string(error.location().line()) +
                                              ": " + first_line(error.what()));
  } catch (const std::exception& error) {
    return base::fail(ConfigErrc::syntax, std::string(name) + ": " + first_line(error.what()));
  }
}

}  // namespace tonearm::config
