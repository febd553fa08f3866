#pragma once

#include <filesystem>
#include <optional>

#include "base/result.hpp"
#include "config/reader.hpp"
#include "config/settings.hpp"

namespace tonearm::config {

/// Reads, completes and checks settings. Without a file only `--dev` is possible; it then makes
/// `data_dir/dev.env` with the secret of its application `demo`.
/// Environment variables `TONEARM_<SECTION>_<KEY>` and `TONEARM_<KIND>_<NAME>_<KEY>` win over the file; in
/// lists, commas separate. Fails with `ConfigErrc`, every problem on a line of its own: place, key, remedy.
[[nodiscard]] base::Result<Settings> load(const std::optional<std::filesystem::path>& file,
                                          const Environment& environment, bool dev);

/// The same from text that is already in memory; `name` is how lines are called in errors. Without text: no
/// file.
[[nodiscard]] base::Result<Settings> load_text(const std::optional<std::string>& text, std::string_view name,
                                               const Environment& environment, bool dev);

/// `./tonearm.toml` if it exists: what `serve` takes when no file is named.
[[nodiscard]] std::optional<std::filesystem::path> default_file();

/// The variables of this process that start with `TONEARM_`.
[[nodiscard]] Environment process_environment();

}  // namespace tonearm::config
