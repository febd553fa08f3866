#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "cli/caller/sound.hpp"

namespace tonearm::cli {

/// Any file that libsndfile reads, its first channel, resampled to 8 kHz. Errors: what libsndfile says, with
/// the path.
[[nodiscard]] base::Result<Samples> read_wav(const std::filesystem::path& path);

/// 8 kHz, mono, 16 bit PCM. Errors: as above.
[[nodiscard]] base::Result<void> write_wav(const std::filesystem::path& path, SampleSpan samples);

}  // namespace tonearm::cli
