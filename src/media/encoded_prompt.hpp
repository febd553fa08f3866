#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/codec.hpp"

namespace tonearm::media {

/// A prompt ready to be sent: 20 ms frames of every codec, the last one filled up with silence.
/// Threading: immutable once made.
struct EncodedPrompt {
  std::array<std::vector<std::uint8_t>, kCodecCount> audio;  // by codec; a multiple of kFrameBytes each

  [[nodiscard]] std::span<const std::uint8_t> of(Codec codec) const { return audio[index_of(codec)]; }
  [[nodiscard]] std::size_t samples() const { return audio[0].size(); }
  [[nodiscard]] std::chrono::milliseconds duration() const {
    return std::chrono::milliseconds(samples() / kSamplesPerMs);
  }
  [[nodiscard]] std::size_t memory() const { return kCodecCount * samples(); }
};

using PromptPtr = std::shared_ptr<const EncodedPrompt>;

}  // namespace tonearm::media
