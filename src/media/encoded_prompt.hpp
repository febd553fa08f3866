#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/codec.hpp"
#include "media/locked_memory.hpp"

namespace tonearm::media {

/// A prompt ready to be sent: 20 ms frames of every codec, the last one filled up with silence.
/// Threading: immutable once made.
struct EncodedPrompt {
  using Audio = std::vector<std::uint8_t, LockedAllocator<std::uint8_t>>;
  std::array<Audio, kCodecCount> audio;  // by codec; a multiple of kFrameBytes each

  [[nodiscard]] std::span<const std::uint8_t> of(Codec codec) const { return audio[index_of(codec)]; }
  [[nodiscard]] std::size_t samples() const { return audio[0].size(); }
  [[nodiscard]] std::chrono::milliseconds duration() const {
    return std::chrono::milliseconds(samples() / kSamplesPerMs);
  }
  [[nodiscard]] std::size_t memory() const { return kCodecCount * in_pages(samples()); }
};

using PromptPtr = std::shared_ptr<const EncodedPrompt>;

}  // namespace tonearm::media
