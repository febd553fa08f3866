#include "media/speech_detector.hpp"

#include <algorithm>

#include "media/g711.hpp"
#include "media/level.hpp"

namespace tonearm::media {
namespace {

constexpr double kBlockSeconds = 0.010;
constexpr std::size_t kBlockSamples = std::size_t{10} * kSamplesPerMs;
constexpr unsigned kSpeechBlocks = 6;  // 60 ms
constexpr double kAboveFloorDb = 10;
// The faintest noise of a line: below it there is nothing to be told apart.
constexpr double kLowestFloorDbm0 = -58;
constexpr double kFallSeconds = 0.3;       // time constant towards quieter
constexpr double kRiseDbPerSecond = 2;     // a sentence has pauses more often than this matters
constexpr base::milliseconds kPause{100};  // without packets; more than jitter

double level_of(Codec codec, std::span<const std::uint8_t> block) {
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  for (const std::uint8_t byte : block) {
    const std::int64_t sample = decode_sample(codec, byte);
    sum += sample;
    squares += sample * sample;
  }
  const auto n = static_cast<double>(block.size());
  const double mean = static_cast<double>(sum) / n;  // some phones have an offset, which is no sound
  return level_dbm0(static_cast<double>(squares) / n - mean * mean);
}

}  // namespace

void SpeechDetector::hear(Codec codec, std::span<const std::uint8_t> audio, base::TimePoint arrival) {
  if (arrival - last_arrival_ > kPause) run_ = 0;
  last_arrival_ = arrival;
  for (; audio.size() >= kBlockSamples / 2; audio = audio.subspan(std::min(kBlockSamples, audio.size()))) {
    judge(level_of(codec, audio.first(std::min(kBlockSamples, audio.size()))));
    if (run_ >= kSpeechBlocks) last_ = arrival;
  }
}

void SpeechDetector::judge(double level) {
  if (level >= floor_ + kAboveFloorDb) {
    run_ = std::min(run_ + 1, kSpeechBlocks);
  } else {
    run_ -= std::min(run_, 2U);  // a click is not made speech by the next one
  }
  if (level < floor_)
    floor_ += (std::max(level, kLowestFloorDbm0) - floor_) * kBlockSeconds / kFallSeconds;
  else
    floor_ = std::min(floor_ + kRiseDbPerSecond * kBlockSeconds, level);
}

}  // namespace tonearm::media
