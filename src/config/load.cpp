#include "config/load.hpp"

#include <fstream>
#include <iterator>

#include <unistd.h>

#include "config/checks.hpp"
#include "config/dev.hpp"
#include "config/errc.hpp"
#include "config/schema.hpp"

namespace tonearm::config {

base::Result<Settings> load(const std::optional<std::filesystem::path>& file, const Environment& environment,
                            bool dev) {
  if (!file) {
    if (dev) return load_text(std::nullopt, "", environment, dev);
    return base::fail(ConfigErrc::no_file, "name one with --config, put tonearm.toml here, or try --dev");
  }
  std::ifstream stream(*file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(*file)) {
    return base::fail(ConfigErrc::unreadable, file->string());
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return load_text(text, file->string(), environment, dev);
}

base::Result<Settings> load_text(const std::optional<std::string>& text, std::string_view name,
                                 const Environment& environment, bool dev) {
  Table document;
  if (text) {
    auto parsed = parse_document(*text, name);
    if (!parsed) return std::unexpected(parsed.error());
    document = *std::move(parsed);
  }
  Settings settings;
  if (dev) apply_dev_defaults(settings);
  Findings findings;
  Reader reader(document, environment, findings);
  describe_all(reader, settings);
  reader.finish();
  complete(settings, findings);
  check_consistency(settings, findings);
  check_built(settings, findings);
  if (!findings.empty()) return base::fail(ConfigErrc::invalid, "\n" + findings.text());
  if (dev && !text) {
    if (auto added = add_demo_application(settings); !added) return std::unexpected(added.error());
  }
  return settings;
}

std::optional<std::filesystem::path> default_file() {
  std::filesystem::path path = "tonearm.toml";
  std::error_code error;
  if (std::filesystem::exists(path, error)) return path;
  return std::nullopt;
}

Environment process_environment() {
  Environment variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (!text.starts_with("TONEARM_") || equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace tonearm::config
