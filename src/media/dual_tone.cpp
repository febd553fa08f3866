#include "media/dual_tone.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string_view>

#include "media/g711.hpp"

namespace tonearm::media {
namespace {

constexpr std::array kRowHertz{697.0, 770.0, 852.0, 941.0};
constexpr std::array kColumnHertz{1209.0, 1336.0, 1477.0, 1633.0};
constexpr std::string_view kKeypad = "123A456B789C*0#D";

// The higher tone is sent 2 dB louder, for lines attenuate it more. 0 dBm0 is 3.14 dB (µ-law: 3.17) below a
// sine of full scale.
constexpr double kFullScaleDbm0 = 3.14;
constexpr double kLowDbm0 = -10;
constexpr double kHighDbm0 = -8;

double amplitude(double dbm0) {
  return 32767 * std::pow(10, (dbm0 - kFullScaleDbm0) / 20);
}

const double kLowAmplitude = amplitude(kLowDbm0);
const double kHighAmplitude = amplitude(kHighDbm0);

}  // namespace

void DualTone::start(Key key) {
  const std::size_t place = kKeypad.find(character_of(key));
  low_hertz_ = place == std::string_view::npos ? 0 : kRowHertz[place / 4];
  high_hertz_ = place == std::string_view::npos ? 0 : kColumnHertz[place % 4];
  position_ = 0;
}

std::int16_t DualTone::sample() {
  const double turn = 2 * std::numbers::pi * position_++ / kClockRate;
  return static_cast<std::int16_t>(kLowAmplitude * std::sin(low_hertz_ * turn) +
                                   kHighAmplitude * std::sin(high_hertz_ * turn));
}

void DualTone::next(std::span<std::int16_t> samples) {
  std::ranges::generate(samples, [this] { return sample(); });
}

void DualTone::next(Codec codec, std::span<std::uint8_t> bytes) {
  std::ranges::generate(bytes, [&] { return encode_sample(codec, sample()); });
}

}  // namespace tonearm::media
