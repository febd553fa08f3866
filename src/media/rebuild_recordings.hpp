#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "base/guid.hpp"

namespace tonearm::media {

struct RebuiltRecording {
  base::Guid operation;
  std::chrono::milliseconds captured{0};
  bool ok = false;  ///< There is a WAV; else nothing worth keeping was there, or its spool is kept.
};

/// Audio shorter than this is not worth a file (operations.md §4).
inline constexpr std::chrono::milliseconds kLeastRecording{100};

/// Makes the WAV of every spool that a crash left, up to the last byte that reached the disk. Blocking; at
/// start, before the engine. A missing folder has none.
[[nodiscard]] std::vector<RebuiltRecording> rebuild_recordings(const std::filesystem::path& folder);

}  // namespace tonearm::media
