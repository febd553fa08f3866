#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <span>
#include <vector>

#include "media/codec.hpp"
#include "media/g711.hpp"
#include "media/level.hpp"

namespace tonearm::media::testing {

// Sounds of known kind and level, 8 kHz unless a rate is given, and measures of them.

using Samples = std::vector<std::int16_t>;
using Wave = std::vector<double>;

inline std::size_t samples_of(double duration_s, double rate = kClockRate) {
  return static_cast<std::size_t>(std::lround(duration_s * rate));
}

inline double level_of(std::span<const std::int16_t> samples) {
  double squares = 0;
  for (const double x : samples) squares += x * x;
  return level_dbm0(squares / static_cast<double>(samples.size()));
}

/// The strength of one frequency, as the level of a sine of that strength.
inline double level_at(std::span<const std::int16_t> samples, double hertz, double rate) {
  double re = 0;
  double im = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / rate;
    re += samples[i] * std::cos(angle);
    im += samples[i] * std::sin(angle);
  }
  const double n = static_cast<double>(samples.size());
  return level_dbm0(2 * (re * re + im * im) / (n * n));
}

/// The strongest frequency within `span` of `around`, to 0.1 Hz.
inline double frequency_near(std::span<const std::int16_t> samples, double around, double rate,
                             double span = 10) {
  double best = around;
  double most = kSilenceDbm0;
  for (double hertz = around - span; hertz <= around + span; hertz += 0.1) {
    const double level = level_at(samples, hertz, rate);
    if (level > most) {
      most = level;
      best = hertz;
    }
  }
  return best;
}

/// Scaled so that the whole has `dbm0`; what is too loud is clipped.
inline Samples at_level(const Wave& wave, double dbm0) {
  double squares = 0;
  for (const double x : wave) squares += x * x;
  const double gain = kZeroDbm0Rms * std::pow(10, dbm0 / 20) /
                      std::sqrt(std::max(squares / static_cast<double>(wave.size()), 1e-12));
  Samples samples(wave.size());
  std::ranges::transform(wave, samples.begin(), [&](double x) {
    return static_cast<std::int16_t>(std::lround(std::clamp(x * gain, -32768.0, 32767.0)));
  });
  return samples;
}

inline Samples silence(double duration_s) {
  return Samples(samples_of(duration_s));
}

inline Samples sine(double duration_s, double hertz, double dbm0) {
  Wave wave(samples_of(duration_s));
  for (std::size_t i = 0; i < wave.size(); ++i)
    wave[i] = std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / kClockRate);
  return at_level(wave, dbm0);
}

inline Samples noise(double duration_s, double dbm0, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Wave wave(samples_of(duration_s));
  for (double& x : wave) x = normal(random);
  return at_level(wave, dbm0);
}

/// Syllables of a voiced sound with its formants, and pauses between words.
inline Wave speech_wave(double duration_s, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  Wave wave(samples_of(duration_s));
  double pitch = 90 + 120 * uniform(random);
  double phase = 0;
  for (std::size_t at = samples_of(0.2 * uniform(random)); at < wave.size();) {
    const double length = 0.12 + 0.15 * uniform(random);
    const double formant = 400 + 400 * uniform(random);
    const std::size_t n = std::min(samples_of(length), wave.size() - at);
    for (std::size_t i = 0; i < n; ++i, ++at) {
      const double part = static_cast<double>(i) / static_cast<double>(n);
      phase += 2 * std::numbers::pi * pitch / kClockRate;
      double x = 0;
      for (int k = 1; k <= 20; ++k) {
        const double off = (k * pitch - formant) / 250;
        x += std::sin(k * phase) * (1 / (1 + off * off) + 0.2 / k);
      }
      wave[at] = x * std::sin(std::numbers::pi * part);
    }
    pitch *= 0.95 + 0.1 * uniform(random);
    at += samples_of(uniform(random) < 0.25 ? 0.15 + 0.2 * uniform(random) : 0.03);
  }
  return wave;
}

inline Samples talker(double duration_s, double dbm0, unsigned seed = 1) {
  return at_level(speech_wave(duration_s, seed), dbm0);
}

/// Many at once, none of them near.
inline Samples babble(double duration_s, double dbm0) {
  Wave sum(samples_of(duration_s));
  for (unsigned voice = 0; voice < 16; ++voice) {
    const Wave one = speech_wave(duration_s, 100 + voice);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one[i];
  }
  return at_level(sum, dbm0);
}

/// 4 ms each, 5 a second.
inline Samples clicks(double duration_s, double peak_dbm0) {
  Samples samples(samples_of(duration_s));
  const Samples burst = noise(0.004, peak_dbm0, 9);
  for (std::size_t at = 800; at + burst.size() < samples.size(); at += 1600)
    std::ranges::copy(burst, samples.begin() + static_cast<std::ptrdiff_t>(at));
  return samples;
}

/// A tune of decaying notes with harmonics.
inline Samples music(double duration_s, double dbm0) {
  constexpr double kNotes[] = {262, 330, 392, 523, 440, 349, 294, 392};
  Wave wave(samples_of(duration_s));
  for (std::size_t i = 0; i < wave.size(); ++i) {
    const double t = static_cast<double>(i) / kClockRate;
    const double note = kNotes[static_cast<std::size_t>(t / 0.4) % std::size(kNotes)];
    const double decay = std::exp(-3 * std::fmod(t, 0.4));
    for (int k = 1; k <= 4; ++k) wave[i] += decay * std::sin(2 * std::numbers::pi * note * k * t) / k;
  }
  return at_level(wave, dbm0);
}

inline std::vector<std::uint8_t> encoded(std::span<const std::int16_t> samples, Codec codec = Codec::pcmu) {
  std::vector<std::uint8_t> bytes(samples.size());
  encode(codec, samples, bytes);
  return bytes;
}

inline Samples operator+(Samples left, const Samples& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace tonearm::media::testing
