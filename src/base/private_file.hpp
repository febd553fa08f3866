#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tonearm::base {

/// The whole of a small file. Errors: the system's, with the path.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

/// Writes `text` so that only this user can read it (0600) and a crash leaves the old file or the new one.
/// Missing folders are made (0700). Errors: the system's, with the path.
[[nodiscard]] Result<void> write_private_file(const std::filesystem::path& path, std::string_view text);

}  // namespace tonearm::base
