#pragma once

#include <filesystem>
#include <optional>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace tonearm::cli {

/// Settings as every subcommand finds them: the named file, else `./tonearm.toml`, else with `dev` none; then
/// the environment. Prints to stderr what is wrong with them. Nothing if they cannot be used.
[[nodiscard]] std::optional<config::Settings> load_settings(const std::optional<std::filesystem::path>& file,
                                                            bool dev);

}  // namespace tonearm::cli
