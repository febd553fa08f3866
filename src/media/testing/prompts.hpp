#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "media/encoded_prompt.hpp"

namespace tonearm::media::testing {

/// A prompt whose every frame is of one byte that never occurs in silence.
inline PromptPtr marked_prompt(std::size_t frames, std::uint8_t byte) {
  auto prompt = std::make_shared<EncodedPrompt>();
  for (auto& audio : prompt->audio) audio.assign(frames * kFrameBytes, byte);
  return prompt;
}

}  // namespace tonearm::media::testing
