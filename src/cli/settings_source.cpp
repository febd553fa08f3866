#include "cli/settings_source.hpp"

#include <cstdio>

#include "config/load.hpp"

namespace tonearm::cli {

std::optional<config::Settings> load_settings(const std::optional<std::filesystem::path>& file, bool dev) {
  auto settings = config::load(file ? file : config::default_file(), config::process_environment(), dev);
  if (settings) return *std::move(settings);
  std::fprintf(stderr, "tonearm: %s\n", settings.error().message().c_str());
  return std::nullopt;
}

}  // namespace tonearm::cli
