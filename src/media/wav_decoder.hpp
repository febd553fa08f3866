#pragma once

#include <memory>
#include <span>

#include "base/result.hpp"
#include "media/encoded_prompt.hpp"

namespace tonearm::media {

inline constexpr std::chrono::hours kLongestPrompt{4};

/// Reads a WAV of any kind that libsndfile knows (8…48 kHz, channels mixed down), brings it to 8 kHz once and
/// encodes it once per codec. A file that ends before its audio does is not played in part. Takes tens of
/// milliseconds per minute of audio: not for a strand. Errors: `format_unreadable`, with what is wrong with
/// the file. Threading: thread-safe.
[[nodiscard]] base::Result<EncodedPrompt> decode_wav(std::span<const std::uint8_t> file);

}  // namespace tonearm::media
