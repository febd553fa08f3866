#include "config/reader.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/nearest.hpp"

namespace tonearm::config {
namespace {

/// No secret is longer; a mistyped path to something huge is not read into memory.
constexpr std::size_t kSecretMax = 64 * 1024;

std::string unknown(std::string_view what, std::string_view name, const std::vector<std::string>& known) {
  const auto guess = nearest(name, known);
  return guess ? fmt::format("unknown {}; did you mean \"{}\"?", what, *guess)
               : fmt::format("unknown {}; tonearm.example.toml lists all", what);
}

}  // namespace

void Findings::add(const std::string& path, std::string_view complaint) {
  for (std::string place = path;;) {
    if (const auto origin = origins_.find(place); origin != origins_.end()) {
      return add_at(origin->second, path, complaint);
    }
    const auto dot = place.rfind('.');
    if (dot == std::string::npos) break;
    place.resize(dot);
  }
  lines_.push_back(fmt::format("{} {}", path, complaint));
}

void Findings::add_at(std::string_view origin, const std::string& path, std::string_view complaint) {
  lines_.push_back(fmt::format("{}: {} {}", origin, path, complaint));
}

std::string Findings::text() const {
  return fmt::format("{}", fmt::join(lines_, "\n"));
}

const Table* Reader::table_of(const std::string& name) {
  sections_.push_back(name);
  prefixes_.push_back("TONEARM_" + variable_part(name) + "_");
  const auto found = document_.find(name);
  if (found == document_.end()) return nullptr;
  const auto* table = std::get_if<Table>(&found->second.data);
  if (table == nullptr)
    findings_.add_at(found->second.origin, name, fmt::format("must be a section: write [{}]", name));
  return table;
}

const Array* Reader::list_of(const std::string& name) {
  sections_.push_back(name);
  const auto found = document_.find(name);
  if (found == document_.end()) return nullptr;
  const auto* array = std::get_if<Array>(&found->second.data);
  const auto is_table = [](const Value& value) { return std::holds_alternative<Table>(value.data); };
  if (array != nullptr && std::ranges::all_of(*array, is_table)) return array;
  findings_.add_at(found->second.origin, name,
                   fmt::format("must be a list: write [[{}]] above each entry", name));
  return nullptr;
}

std::optional<Value> Reader::variable(const std::string& name) {
  variables_.push_back(name);
  const auto found = environment_.find(name);
  if (found == environment_.end()) return std::nullopt;
  return Value{found->second, name, true};
}

void Reader::finish() {
  for (const auto& [name, value] : document_) {
    if (std::ranges::find(sections_, name) != sections_.end()) continue;
    findings_.add_at(value.origin, name, "is an " + unknown("section", name, sections_));
  }
  for (const auto& [name, value] : environment_) {
    const auto covers = [&variable = name](const std::string& prefix) {
      return variable.starts_with(prefix);
    };
    if (std::ranges::none_of(prefixes_, covers)) continue;
    if (std::ranges::find(variables_, name) != variables_.end()) continue;
    findings_.add_at("environment", name, "is an " + unknown("setting", name, variables_));
  }
}

void FieldReader::operator()(std::string_view key, base::Secret& target) {
  const std::string plain(key);
  const std::string file = plain + "_file";
  keys_.push_back(plain);
  keys_.push_back(file);
  auto from_text = in_environment(plain);
  auto from_file = in_environment(file);
  if (!from_text && !from_file) {
    from_text = in_table(plain);
    from_file = in_table(file);
  }
  if (from_text && from_file) {
    note(plain, *from_text, fmt::format("and {} are both given; keep one", file));
    return;
  }
  if (from_text) note(plain, *from_text, read_secret(*from_text, false, target));
  if (from_file) note(file, *from_file, read_secret(*from_file, true, target));
}

void FieldReader::finish() {
  for (const auto& [key, value] : table_) {
    if (std::ranges::find(keys_, key) != keys_.end()) continue;
    reader_.findings_.add_at(value.origin, path_ + "." + key, "is an " + unknown("key", key, keys_));
  }
}

std::optional<Value> FieldReader::find(const std::string& key) {
  keys_.push_back(key);
  if (auto value = in_environment(key)) return value;
  return in_table(key);
}

std::optional<Value> FieldReader::in_table(const std::string& key) {
  const auto found = table_.find(key);
  if (found == table_.end()) return std::nullopt;
  return found->second;
}

std::optional<Value> FieldReader::in_environment(const std::string& key) {
  return reader_.variable(prefix_ + variable_part(key));
}

void FieldReader::note(const std::string& key, const Value& value, const Complaint& complaint) {
  const std::string path = path_ + "." + key;
  reader_.findings_.note_origin(path, value.origin);
  if (complaint) reader_.findings_.add(path, *complaint);
}

Complaint FieldReader::read_secret(const Value& value, bool from_file, base::Secret& target) {
  std::string text;
  if (auto complaint = assign(value, text)) return complaint;
  if (!from_file || text.empty()) {
    target = base::Secret(std::move(text));
    return std::nullopt;
  }
  std::ifstream file(text, std::ios::binary);
  std::string content(kSecretMax + 1, '\0');
  if (!file || !std::filesystem::is_regular_file(text)) return fmt::format("cannot be read: \"{}\"", text);
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.size() > kSecretMax) return fmt::format("is longer than 64 KiB: \"{}\"", text);
  while (content.ends_with('\n') || content.ends_with('\r')) content.pop_back();
  if (content.empty()) return fmt::format("is empty: \"{}\"", text);
  target = base::Secret(std::move(content));
  return std::nullopt;
}

std::string variable_part(std::string_view name) {
  std::string part(name);
  std::ranges::transform(part, part.begin(), [](unsigned char c) {
    return std::isalnum(c) != 0 ? static_cast<char>(std::toupper(c)) : '_';
  });
  return part;
}

std::string entry_name(const Table& entry, std::size_t index) {
  if (const auto found = entry.find("name"); found != entry.end()) {
    if (const auto* text = std::get_if<std::string>(&found->second.data); text != nullptr && !text->empty()) {
      return *text;
    }
  }
  return fmt::format("#{}", index + 1);
}

}  // namespace tonearm::config
