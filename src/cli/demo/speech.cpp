#include "cli/demo/speech.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <random>

namespace tonearm::cli {
namespace {

/// The resonances of a vowel [Hz].
struct Vowel {
  std::array<double, 3> formants;
};
constexpr Vowel kAh{{730, 1090, 2440}};
constexpr Vowel kEe{{270, 2290, 3010}};
constexpr Vowel kOo{{300, 870, 2240}};
constexpr Vowel kEh{{530, 1840, 2480}};

/// A vowel that glides into another one while the pitch moves; then a pause.
struct Syllable {
  int length_ms;
  int pause_ms;
  double pitch_from, pitch_to;  ///< [Hz]
  Vowel from, to;
};
constexpr std::array kSyllables{
    Syllable{210, 40, 205, 230, kEh, kAh}, Syllable{160, 70, 230, 195, kOo, kOo},
    Syllable{240, 60, 190, 240, kAh, kEe}, Syllable{180, 190, 240, 210, kEe, kEh},
    Syllable{170, 40, 215, 200, kOo, kAh}, Syllable{220, 60, 205, 185, kAh, kOo},
    Syllable{330, 80, 190, 150, kEh, kAh},
};
constexpr double kLevel_dbfs = -20;
constexpr double kBreath_rms = 33;  ///< −60 dBFS
constexpr double kHighest_hertz = 3400;

std::size_t samples_of(int ms) {
  return static_cast<std::size_t>(ms * kTelephoneRate / 1000);
}

double gain_at(double hertz, const Vowel& from, const Vowel& to, double share) {
  constexpr std::array kWidth_hertz{90.0, 110.0, 170.0};
  double gain = 0;
  for (std::size_t i = 0; i < kWidth_hertz.size(); ++i) {
    const double centre = std::lerp(from.formants[i], to.formants[i], share);
    const double off = (hertz - centre) / kWidth_hertz[i];
    gain += 1 / (1 + off * off) / static_cast<double>(i + 1);
  }
  return gain;
}

/// Rises in 30 ms, falls in 60.
double loudness_at(std::size_t sample, std::size_t length) {
  const auto at = static_cast<double>(sample);
  const double rise = at / static_cast<double>(samples_of(30));
  const double fall = (static_cast<double>(length) - at) / static_cast<double>(samples_of(60));
  return std::clamp(std::min(rise, fall), 0.0, 1.0);
}

void append(std::vector<double>& sound, const Syllable& syllable) {
  const std::size_t length = samples_of(syllable.length_ms);
  double phase = 0;  // of the fundamental
  for (std::size_t i = 0; i < length; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(length);
    const double pitch = std::lerp(syllable.pitch_from, syllable.pitch_to, share);
    phase += 2 * std::numbers::pi * pitch / kTelephoneRate;
    double sample = 0;
    for (int harmonic = 1; harmonic * pitch < kHighest_hertz; ++harmonic) {
      sample += gain_at(harmonic * pitch, syllable.from, syllable.to, share) * std::sin(harmonic * phase);
    }
    sound.push_back(sample * loudness_at(i, length));
  }
  sound.resize(sound.size() + samples_of(syllable.pause_ms), 0.0);
}

}  // namespace

Samples speech() {
  std::vector<double> sound(samples_of(40), 0.0);
  for (const Syllable& syllable : kSyllables) append(sound, syllable);
  double energy = 0;
  for (const double sample : sound) energy += sample * sample;
  const double gain =
      32768 * std::pow(10, kLevel_dbfs / 20) / std::sqrt(energy / static_cast<double>(sound.size()));

  std::minstd_rand random(1);
  constexpr double kHalfWidth = kBreath_rms * std::numbers::sqrt3;  // of an even distribution
  Samples samples;
  for (const double sample : sound) {
    const double even = static_cast<double>(random()) / static_cast<double>(std::minstd_rand::max());
    const double breath = (2 * even - 1) * kHalfWidth;
    samples.push_back(
        static_cast<std::int16_t>(std::lround(std::clamp(gain * sample + breath, -32000.0, 32000.0))));
  }
  return samples;
}

SampleSpan without_silence(SampleSpan samples) {
  constexpr int kSilence_peak = 16;
  const auto sounds = [](std::int16_t sample) { return std::abs(sample) > kSilence_peak; };
  const auto begin = std::ranges::find_if(samples, sounds);
  auto end = samples.end();
  while (end != begin && !sounds(*(end - 1))) --end;
  return {begin, end};
}

}  // namespace tonearm::cli
