#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <span>

#include "media/codec.hpp"

namespace tonearm::media::testing {

/// Sound that has of speech what deceives a detector of tones: a voice that glides, formants that move
/// through vowels of men, women and children, hissing, pauses. Threading: one thread.
class SpeechLike {
 public:
  explicit SpeechLike(unsigned seed) : random_(seed) { begin_sound(); }

  std::int16_t next() {
    if (left_-- == 0) begin_sound();
    const double progress = 1 - static_cast<double>(left_) / length_;
    const double source = voiced_ ? glottis(progress) : between(-1, 1) * 0.4;
    double sum = 0;
    for (std::size_t i = 0; i < formants_.size(); ++i) {
      // Smooth, as a mouth moves.
      formants_[i] += (aim_[i] - formants_[i]) * 0.0015;
      sum += resonate(i, source) * kShare[i];
    }
    const double envelope = std::sin(std::numbers::pi * std::clamp(progress, 0.0, 1.0));
    const double sample = loudness_ * envelope * sum;
    return static_cast<std::int16_t>(std::clamp(sample, -32000.0, 32000.0));
  }
  void fill(std::span<std::int16_t> samples) {
    std::ranges::generate(samples, [this] { return next(); });
  }

 private:
  struct Resonator {
    double one = 0;
    double two = 0;
  };
  static constexpr std::array kShare{1.0, 0.6, 0.35};

  double between(double low, double high) { return std::uniform_real_distribution<>(low, high)(random_); }

  void begin_sound() {
    // Formants of vowels (Peterson and Barney 1952, men) [Hz].
    static constexpr std::array<std::array<double, 3>, 10> kVowels{{{270, 2290, 3010},
                                                                    {390, 1990, 2550},
                                                                    {530, 1840, 2480},
                                                                    {660, 1720, 2410},
                                                                    {730, 1090, 2440},
                                                                    {570, 840, 2410},
                                                                    {440, 1020, 2240},
                                                                    {300, 870, 2240},
                                                                    {640, 1190, 2390},
                                                                    {490, 1350, 1690}}};
    length_ = left_ = static_cast<int>(between(0.06, 0.35) * kClockRate);
    const double kind = between(0, 1);
    voiced_ = kind < 0.75;
    loudness_ = kind > 0.9 ? 0 : std::pow(10, between(-30, -8) / 20) * 32767;
    const double size = between(0.95, 1.35);  // of the head, inverted
    const auto& vowel = kVowels[random_() % kVowels.size()];
    for (std::size_t i = 0; i < aim_.size(); ++i) aim_[i] = std::min(vowel[i] * size, 3700.0);
    pitch_from_ = pitch_to_;
    pitch_to_ = between(85, 330);
    width_ = between(40, 110);
  }

  double glottis(double progress) {
    const double pitch = pitch_from_ + (pitch_to_ - pitch_from_) * progress;
    phase_ += pitch / kClockRate;
    if (phase_ >= 1) phase_ -= 1;
    return phase_ < 0.6 ? std::sin(std::numbers::pi * phase_ / 0.6) - 0.38 : -0.38;
  }

  double resonate(std::size_t i, double input) {
    const double radius = std::exp(-std::numbers::pi * width_ / kClockRate);
    const double turn = 2 * std::numbers::pi * formants_[i] / kClockRate;
    Resonator& r = state_[i];
    const double out = (1 - radius) * input + 2 * radius * std::cos(turn) * r.one - radius * radius * r.two;
    r.two = r.one;
    r.one = out;
    return out;
  }

  std::mt19937 random_;
  std::array<double, 3> formants_{500, 1500, 2500};
  std::array<double, 3> aim_{500, 1500, 2500};
  std::array<Resonator, 3> state_{};
  bool voiced_ = true;
  int length_ = 1;
  int left_ = 0;
  double loudness_ = 0;
  double pitch_from_ = 120;
  double pitch_to_ = 120;
  double width_ = 70;
  double phase_ = 0;
};

}  // namespace tonearm::media::testing
