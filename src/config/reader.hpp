#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "config/values.hpp"

namespace tonearm::config {

using Environment = std::map<std::string, std::string>;

/// What is wrong, and which keys were written where. One line a problem, so that all can be mended at once.
class Findings {
 public:
  /// `path` as in `sip.listen` or `trunk.carrier.uri`; its origin is put before it.
  void add(const std::string& path, std::string_view complaint);
  void add_at(std::string_view origin, const std::string& path, std::string_view complaint);
  void note_origin(const std::string& path, std::string origin) { origins_[path] = std::move(origin); }

  [[nodiscard]] bool written(const std::string& path) const { return origins_.contains(path); }
  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] std::string text() const;

 private:
  std::map<std::string, std::string> origins_;  // by path
  std::vector<std::string> lines_;
};

/// Walks the schema and fills settings from a document, then from environment variables, which win.
/// Threading: one thread.
class Reader {
 public:
  Reader(const Table& document, const Environment& environment, Findings& findings)
      : document_(document), environment_(environment), findings_(findings) {}

  template <class Section>
  void section(std::string_view name, Section& section);
  template <class Entry>
  void entries(std::string_view name, std::vector<Entry>& list);

  /// Reports sections and variables that nobody asked for. Call it last.
  void finish();

 private:
  friend class FieldReader;

  const Table* table_of(const std::string& name);
  const Array* list_of(const std::string& name);
  std::optional<Value> variable(const std::string& name);

  const Table& document_;
  const Environment& environment_;
  Findings& findings_;
  std::vector<std::string> sections_;
  std::vector<std::string> variables_;  ///< All that were looked for, to guess at misspelt ones.
  std::vector<std::string> prefixes_;   ///< `TONEARM_SIP_`: every variable below it is ours.
};

/// Reads the fields of one section or entry.
class FieldReader {
 public:
  FieldReader(Reader& reader, const Table& table, std::string path, std::string prefix)
      : reader_(reader), table_(table), path_(std::move(path)), prefix_(std::move(prefix)) {}

  template <class T, class... Rule>
  void operator()(std::string_view key, T& target, Rule... rule) {
    const auto value = find(std::string(key));
    if (!value) return;
    note(std::string(key), *value, assign(*value, target, rule...));
  }
  /// Also from the file that `<key>_file` names, so that secrets need not stand in settings.
  void operator()(std::string_view key, base::Secret& target);

  /// Reports keys that the section does not have.
  void finish();

 private:
  std::optional<Value> find(const std::string& key);
  std::optional<Value> in_table(const std::string& key);
  std::optional<Value> in_environment(const std::string& key);
  void note(const std::string& key, const Value& value, const Complaint& complaint);
  Complaint read_secret(const Value& value, bool from_file, base::Secret& target);

  Reader& reader_;
  const Table& table_;
  const std::string path_;    ///< `sip`, `trunk.carrier`
  const std::string prefix_;  ///< `TONEARM_SIP_`, `TONEARM_TRUNK_CARRIER_`
  std::vector<std::string> keys_;
};

/// Upper case, everything else than letters and digits as `_`.
[[nodiscard]] std::string variable_part(std::string_view name);
/// The `name` of an entry, else `#3` for the third.
[[nodiscard]] std::string entry_name(const Table& entry, std::size_t index);

template <class Section>
void Reader::section(std::string_view name, Section& section) {
  static const Table kNothing;
  const std::string key(name);
  const Table* table = table_of(key);
  FieldReader fields(*this, table == nullptr ? kNothing : *table, key,
                     "TONEARM_" + variable_part(name) + "_");
  describe(fields, section);
  fields.finish();
}

template <class Entry>
void Reader::entries(std::string_view name, std::vector<Entry>& list) {
  const std::string key(name);
  const std::string prefix = "TONEARM_" + variable_part(name) + "_";
  prefixes_.push_back(prefix);
  const Array* array = list_of(key);
  if (array == nullptr) return;
  for (const Value& value : *array) {
    const Table& table = std::get<Table>(value.data);
    const std::string own = entry_name(table, list.size());
    findings_.note_origin(key + "." + own, value.origin);
    FieldReader fields(*this, table, key + "." + own, prefix + variable_part(own) + "_");
    describe(fields, list.emplace_back());
    fields.finish();
  }
}

}  // namespace tonearm::config
