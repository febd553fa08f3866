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

/// How many bytes at the front of `text` are one character of UTF-8 (RFC 3629 §4); 0 if they are none.
std::size_t character_at(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF4 && byte(1) > 0x8F);
  return overlong || beyond ? 0 : length;
}

/// The line that is no UTF-8; 0 if all are. toml11 3.7 takes an iterator of another container where it wants
/// to say so, and asserts.
std::size_t line_without_utf8(std::string_view text) {
  std::size_t line = 1;
  while (!text.empty()) {
    const std::size_t length = character_at(text);
    if (length == 0) return line;
    line += text.front() == '\n' ? 1 : 0;
    text.remove_prefix(length);
  }
  return 0;
}

}  // namespace

base::Result<Table> parse_document(const std::string& text, std::string_view name) {
  if (const std::size_t line = line_without_utf8(text); line > 0)
    return base::fail(ConfigErrc::syntax,
                      std::string(name) + ":" + std::to_string(line) + ": this is no UTF-8");
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
