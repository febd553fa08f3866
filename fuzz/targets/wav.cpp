#include "media/wav_container.hpp"
#include "media/wav_decoder.hpp"
#include "support/targets.hpp"

// A prompt file from anywhere.

namespace tonearm::fuzz {

void wav(Bytes bytes) {
  const std::string objection = media::wav_objection(bytes);
  const auto prompt = media::decode_wav(bytes);
  if (!prompt) return require(!prompt.error().context.empty(), "a refusal says what is wrong");
  require(objection.empty(), "what the container refuses is not played");
  require(prompt->samples() > 0 && prompt->samples() % media::kFrameBytes == 0, "a prompt is whole frames");
  require(prompt->of(media::Codec::pcmu).size() == prompt->of(media::Codec::pcma).size(),
          "a prompt is as long in every codec");
  require(prompt->duration() <= media::kLongestPrompt + std::chrono::seconds(1), "a prompt is not too long");
}

}  // namespace tonearm::fuzz
