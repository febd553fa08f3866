#include "media/wav_decoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include <sndfile.h>
#include <soxr.h>

#include "media/errc.hpp"
#include "media/g711.hpp"
#include "media/wav_container.hpp"

namespace tonearm::media {
namespace {

constexpr int kRateMin = 8000;
constexpr int kRateMax = 48000;
constexpr int kChannelsMax = 8;
constexpr sf_count_t kBlockFrames = 8192;

/// libsndfile's view of bytes in memory.
struct MemoryFile {
  std::span<const std::uint8_t> bytes;
  sf_count_t position = 0;

  static MemoryFile& of(void* user) { return *static_cast<MemoryFile*>(user); }
  static sf_count_t length(void* user) { return static_cast<sf_count_t>(of(user).bytes.size()); }
  static sf_count_t tell(void* user) { return of(user).position; }
  static sf_count_t write(const void*, sf_count_t, void*) { return 0; }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) {
    const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? of(user).position : length(user);
    of(user).position = std::clamp<sf_count_t>(from + offset, 0, length(user));
    return of(user).position;
  }
  static sf_count_t read(void* to, sf_count_t count, void* user) {
    const sf_count_t got = std::clamp<sf_count_t>(length(user) - of(user).position, 0, count);
    if (got > 0) std::memcpy(to, of(user).bytes.data() + of(user).position, static_cast<std::size_t>(got));
    of(user).position += got;
    return got;
  }
};

struct CloseFile {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
struct CloseResampler {
  void operator()(soxr* resampler) const { soxr_delete(resampler); }
};
using File = std::unique_ptr<SNDFILE, CloseFile>;
using Resampler = std::unique_ptr<soxr, CloseResampler>;

/// Empty if the file can be played, else what is wrong with it.
std::string objection(const SF_INFO& info) {
  const int container = info.format & SF_FORMAT_TYPEMASK;
  if (container != SF_FORMAT_WAV && container != SF_FORMAT_WAVEX && container != SF_FORMAT_RF64)
    return "not a WAV file";
  if (info.samplerate < kRateMin || info.samplerate > kRateMax)
    return "sample rate " + std::to_string(info.samplerate) + " Hz is outside 8000…48000";
  if (info.channels < 1 || info.channels > kChannelsMax) return std::to_string(info.channels) + " channels";
  if (info.frames <= 0) return "no audio in the file";
  return {};
}

void mix_down(std::span<const float> interleaved, std::size_t channels, std::vector<float>& mono) {
  mono.resize(interleaved.size() / channels);
  for (std::size_t i = 0; i < mono.size(); ++i) {
    float sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += interleaved[i * channels + c];
    mono[i] = std::isfinite(sum) ? sum / static_cast<float>(channels) : 0;  // float files may hold anything
  }
}

/// Takes mono audio of the file's rate, piece by piece, and keeps it at 8 kHz.
class Collector {
 public:
  explicit Collector(int rate) {
    if (rate == static_cast<int>(kClockRate)) return;
    soxr_error_t error = nullptr;
    resampler_.reset(soxr_create(rate, kClockRate, 1, &error, nullptr, nullptr, nullptr));
  }
  void add(std::span<const float> mono) {
    if (resampler_)
      resample(mono.data(), mono.size());
    else
      keep(mono);
  }
  void finish() {
    if (resampler_) resample(nullptr, 0);
  }
  std::vector<std::int16_t>& samples() { return samples_; }

 private:
  void resample(const float* input, std::size_t count) {
    std::array<float, 4096> output;
    std::size_t used = 0;
    std::size_t made = 0;
    do {
      std::size_t taken = 0;
      soxr_process(resampler_.get(), input == nullptr ? nullptr : input + used, count - used, &taken,
                   output.data(), output.size(), &made);
      used += taken;
      keep(std::span(output).first(made));
    } while (used < count || made == output.size());
  }
  void keep(std::span<const float> audio) {
    for (const float x : audio)
      samples_.push_back(
          static_cast<std::int16_t>(std::lrint(std::clamp(x * 32768.0F, -32768.0F, 32767.0F))));
  }

  Resampler resampler_;
  std::vector<std::int16_t> samples_;
};

EncodedPrompt encode_all(std::vector<std::int16_t>& samples) {
  samples.resize((samples.size() + kFrameBytes - 1) / kFrameBytes * kFrameBytes);
  EncodedPrompt prompt;
  for (const Codec codec : {Codec::pcmu, Codec::pcma}) {
    auto& audio = prompt.audio[index_of(codec)];
    audio.resize(samples.size());
    encode(codec, samples, audio);
  }
  return prompt;
}

}  // namespace

base::Result<EncodedPrompt> decode_wav(std::span<const std::uint8_t> bytes) {
  if (const std::string wrong = wav_objection(bytes); !wrong.empty())
    return base::fail(MediaErrc::format_unreadable, wrong);
  MemoryFile memory{.bytes = bytes};
  SF_VIRTUAL_IO io{.get_filelen = MemoryFile::length,
                   .seek = MemoryFile::seek,
                   .read = MemoryFile::read,
                   .write = MemoryFile::write,
                   .tell = MemoryFile::tell};
  SF_INFO info{};
  const File file(sf_open_virtual(&io, SFM_READ, &info, &memory));
  if (!file)
    return base::fail(MediaErrc::format_unreadable,
                      "a WAV file whose header is incomplete or whose encoding is not known");
  if (const std::string wrong = objection(info); !wrong.empty())
    return base::fail(MediaErrc::format_unreadable, wrong);

  const auto channels = static_cast<std::size_t>(info.channels);
  const sf_count_t frames_max = std::chrono::seconds(kLongestPrompt).count() * info.samplerate;
  std::vector<float> block(static_cast<std::size_t>(kBlockFrames) * channels);
  std::vector<float> mono;
  Collector collector(info.samplerate);
  sf_count_t frames = 0;
  for (sf_count_t got = 0; (got = sf_readf_float(file.get(), block.data(), kBlockFrames)) > 0;) {
    frames += got;
    if (frames > frames_max) return base::fail(MediaErrc::format_unreadable, "longer than four hours");
    mix_down(std::span(block).first(static_cast<std::size_t>(got) * channels), channels, mono);
    collector.add(mono);
  }
  collector.finish();
  if (collector.samples().empty()) return base::fail(MediaErrc::format_unreadable, "no audio in the file");
  return encode_all(collector.samples());
}

}  // namespace tonearm::media
