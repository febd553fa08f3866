#pragma once

#include <cstdint>
#include <span>

#include "media/codec.hpp"
#include "media/key.hpp"

namespace tonearm::media {

/// The sound of a key (ITU-T Q.23, levels of ETSI ES 201 235-2), cut into frames. The flash has none:
/// silence. Threading: media thread; neither allocates nor locks.
class DualTone {
 public:
  void start(Key key);
  /// The next samples; goes on without a break.
  void next(std::span<std::int16_t> samples);
  void next(Codec codec, std::span<std::uint8_t> bytes);

 private:
  std::int16_t sample();

  double low_hertz_ = 0;
  double high_hertz_ = 0;
  std::uint32_t position_ = 0;  // [samples]
};

}  // namespace tonearm::media
