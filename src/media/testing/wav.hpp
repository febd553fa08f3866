#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include <sndfile.h>

namespace tonearm::media::testing {

struct WavSpec {
  int rate = 8000;
  int channels = 1;
  int format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  double seconds = 1.0;
  double hertz = 440;
  double level = 0.5;  ///< Of full scale.
};

/// The bytes of a WAV file with a sine in every channel.
inline std::string make_wav(const WavSpec& spec) {
  struct Memory {
    std::string bytes;
    std::size_t position = 0;
  } memory;
  SF_VIRTUAL_IO io{};
  io.get_filelen = [](void* m) { return static_cast<sf_count_t>(static_cast<Memory*>(m)->bytes.size()); };
  io.tell = [](void* m) { return static_cast<sf_count_t>(static_cast<Memory*>(m)->position); };
  io.seek = [](sf_count_t offset, int whence, void* m) {
    auto& at = *static_cast<Memory*>(m);
    const auto from =
        whence == SEEK_SET ? 0 : static_cast<sf_count_t>(whence == SEEK_CUR ? at.position : at.bytes.size());
    at.position = static_cast<std::size_t>(from + offset);
    return static_cast<sf_count_t>(at.position);
  };
  io.read = [](void* to, sf_count_t count, void* m) {
    auto& at = *static_cast<Memory*>(m);
    const auto n = at.bytes.copy(static_cast<char*>(to), static_cast<std::size_t>(count), at.position);
    at.position += n;
    return static_cast<sf_count_t>(n);
  };
  io.write = [](const void* from, sf_count_t count, void* m) {
    auto& at = *static_cast<Memory*>(m);
    const auto n = static_cast<std::size_t>(count);
    if (at.bytes.size() < at.position + n) at.bytes.resize(at.position + n);
    at.bytes.replace(at.position, n, static_cast<const char*>(from), n);
    at.position += n;
    return count;
  };
  SF_INFO info{};
  info.samplerate = spec.rate;
  info.channels = spec.channels;
  info.format = spec.format;
  SNDFILE* file = sf_open_virtual(&io, SFM_WRITE, &info, &memory);
  if (file == nullptr) return {};
  const auto frames = static_cast<std::size_t>(spec.seconds * spec.rate);
  std::vector<double> samples(frames * static_cast<std::size_t>(spec.channels));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto frame = static_cast<double>(i / static_cast<std::size_t>(spec.channels));
    samples[i] = spec.level * std::sin(2 * std::numbers::pi * spec.hertz * frame / spec.rate);
  }
  sf_writef_double(file, samples.data(), static_cast<sf_count_t>(frames));
  sf_close(file);
  return memory.bytes;
}

}  // namespace tonearm::media::testing
