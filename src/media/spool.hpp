#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "media/capture.hpp"

namespace tonearm::media {

// The file that a recording grows in: what came, as it came. Each entry carries a check of its bytes, so that
// a file that ends anywhere, or in pages that never reached the disk, is good up to there.

/// One piece of audio out of a spool.
struct SpooledAudio {
  std::chrono::microseconds arrival{0};  ///< Since the recording began.
  std::uint32_t ssrc = 0;
  std::uint32_t timestamp = 0;
  std::uint16_t sequence = 0;
  Codec codec = Codec::pcmu;
  std::span<const std::uint8_t> payload;  ///< Within the bytes that were read.
};

struct Spool {
  std::vector<SpooledAudio> audio;
  std::optional<std::chrono::milliseconds> length;  ///< If the recording had ended.

  /// Without a known length: up to the last that was heard.
  [[nodiscard]] std::chrono::milliseconds captured() const;
};

void append_spool_header(std::string& out);
void append_spool_audio(std::string& out, base::TimePoint began, const CapturedPacket& packet);
void append_spool_end(std::string& out, std::chrono::milliseconds length);

/// Errors: `spool_unreadable` if it is none at all. What is broken off is left out.
[[nodiscard]] base::Result<Spool> read_spool(std::span<const std::uint8_t> bytes);

}  // namespace tonearm::media
