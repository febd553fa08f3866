#pragma once

#include "base/result.hpp"
#include "config/settings.hpp"

namespace tonearm::config {

/// The bot that `--dev` without a file serves.
inline constexpr std::string_view kDemoName = "demo";
inline constexpr std::string_view kDemoId = "00000000-0000-4000-8000-000000000001";
inline constexpr std::string_view kDemoTenant = "00000000-0000-4000-8000-0000000000aa";

/// The defaults that `--dev` changes; what is written in a file still wins.
void apply_dev_defaults(Settings& settings);

/// Adds the application `demo`. Its secret is random, kept in `data_dir/dev.env` (0600) so that a restart
/// does not lock the bot out. Fails if that file cannot be made or read.
[[nodiscard]] base::Result<void> add_demo_application(Settings& settings);

}  // namespace tonearm::config
