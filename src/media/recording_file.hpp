#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "base/guid.hpp"
#include "base/result.hpp"

namespace tonearm::media {

/// Of a finished recording [Hz]; PCM, 16 bit, mono (operations.md §5).
inline constexpr unsigned kRecordingRate = 16'000;

/// Where a recording grows, and where it is when complete.
[[nodiscard]] std::filesystem::path spool_path(const std::filesystem::path& folder, base::Guid operation);
[[nodiscard]] std::filesystem::path wav_path(const std::filesystem::path& folder, base::Guid operation);

/// 8 → 16 kHz; twice as many samples.
[[nodiscard]] std::vector<std::int16_t> doubled_rate(std::span<const std::int16_t> samples);
/// A crash leaves the whole file or none; it and its name are on disk when this returns. Errors:
/// `recording_unwritable` with the system's reason.
[[nodiscard]] base::Result<void> write_wav(const std::filesystem::path& path,
                                           std::span<const std::int16_t> samples);

struct BuiltRecording {
  std::chrono::milliseconds captured{0};
  unsigned reanchored = 0;
};
/// Makes the WAV of an operation from its spool, which is then removed. Takes some 60 ms per minute of audio.
/// Errors: `spool_unreadable`, `recording_unwritable`; the spool stays. Threading: any thread.
[[nodiscard]] base::Result<BuiltRecording> build_recording(const std::filesystem::path& folder,
                                                           base::Guid operation);

}  // namespace tonearm::media
