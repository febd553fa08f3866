#include "cli/caller/wav_file.hpp"

#include <cmath>
#include <memory>

#include <sndfile.h>
#include <soxr.h>

namespace tonearm::cli {
namespace {

struct Close {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using File = std::unique_ptr<SNDFILE, Close>;

std::unexpected<base::Error> failure(const std::filesystem::path& path, const char* why) {
  return base::fail(std::errc::io_error, path.string() + ": " + why);
}

base::Result<Samples> resample(const Samples& in, int rate, const std::filesystem::path& path) {
  if (rate == kTelephoneRate) return in;
  const double ratio = static_cast<double>(kTelephoneRate) / rate;
  Samples out(static_cast<std::size_t>(std::ceil(static_cast<double>(in.size()) * ratio)));
  const soxr_io_spec_t io = soxr_io_spec(SOXR_INT16_I, SOXR_INT16_I);
  std::size_t written = 0;
  const soxr_error_t error = soxr_oneshot(rate, kTelephoneRate, 1, in.data(), in.size(), nullptr, out.data(),
                                          out.size(), &written, &io, nullptr, nullptr);
  if (error != nullptr) return failure(path, error);
  out.resize(written);
  return out;
}

}  // namespace

base::Result<Samples> read_wav(const std::filesystem::path& path) {
  SF_INFO info{};
  const File file(sf_open(path.c_str(), SFM_READ, &info));
  if (!file) return failure(path, sf_strerror(nullptr));
  const auto channels = static_cast<std::size_t>(info.channels);
  constexpr std::size_t kBlockFrames = 4096;
  Samples block(kBlockFrames * channels);
  Samples mono;
  for (sf_count_t frames = 0; (frames = sf_readf_short(file.get(), block.data(), kBlockFrames)) > 0;) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(frames); ++i) mono.push_back(block[i * channels]);
  }
  if (mono.empty()) return failure(path, "there is no sound in it");
  return resample(mono, info.samplerate, path);
}

base::Result<void> write_wav(const std::filesystem::path& path, SampleSpan samples) {
  SF_INFO info{};
  info.samplerate = kTelephoneRate;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  const File file(sf_open(path.c_str(), SFM_WRITE, &info));
  if (!file) return failure(path, sf_strerror(nullptr));
  const auto count = static_cast<sf_count_t>(samples.size());
  if (sf_write_short(file.get(), samples.data(), count) != count)
    return failure(path, sf_strerror(file.get()));
  return {};
}

}  // namespace tonearm::cli
