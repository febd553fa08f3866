#include "media/beep.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "media/g711.hpp"
#include "media/level.hpp"

namespace tonearm::media {
namespace {

constexpr double kHertz = 1000;
constexpr double kLevelDbm0 = -12;
constexpr std::size_t kToneSamples = std::size_t{250} * kSamplesPerMs;
constexpr std::size_t kRampSamples = std::size_t{4} * kSamplesPerMs;  // without it the ends click

double envelope(std::size_t i) {
  const std::size_t from_end = std::min(i, kToneSamples - 1 - i);
  return from_end >= kRampSamples ? 1 : static_cast<double>(from_end) / kRampSamples;
}

PromptPtr make_beep() {
  const double peak = kZeroDbm0Rms * std::numbers::sqrt2 * std::pow(10, kLevelDbm0 / 20);
  std::vector<std::int16_t> samples(kToneSamples);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * kHertz * static_cast<double>(i) / kClockRate;
    samples[i] = static_cast<std::int16_t>(std::lround(peak * envelope(i) * std::sin(angle)));
  }
  samples.resize((kToneSamples + kFrameBytes - 1) / kFrameBytes * kFrameBytes);
  auto beep = std::make_shared<EncodedPrompt>();
  for (const Codec codec : {Codec::pcmu, Codec::pcma}) {
    auto& audio = beep->audio[index_of(codec)];
    audio.resize(samples.size());
    encode(codec, samples, audio);
  }
  return beep;
}

}  // namespace

const PromptPtr& record_beep() {
  static const PromptPtr beep = make_beep();
  return beep;
}

}  // namespace tonearm::media
