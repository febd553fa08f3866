#include "media/recording_file.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <soxr.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private_file.hpp"
#include "media/codec.hpp"
#include "media/errc.hpp"
#include "media/recording_timeline.hpp"
#include "media/rtp_sockets.hpp"

namespace tonearm::media {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "WAV is little-endian");
constexpr std::uint16_t kSampleBytes = sizeof(std::int16_t);

/// RIFF header of PCM audio, as every player reads it.
struct WavHeader {
  std::array<char, 4> riff{'R', 'I', 'F', 'F'};
  std::uint32_t size = 0;  // of all that follows
  std::array<char, 8> wave{'W', 'A', 'V', 'E', 'f', 'm', 't', ' '};
  std::uint32_t format_size = 16;
  std::uint16_t format = 1;  // PCM
  std::uint16_t channels = 1;
  std::uint32_t rate = kRecordingRate;
  std::uint32_t bytes_per_second = kRecordingRate * kSampleBytes;
  std::uint16_t bytes_per_frame = kSampleBytes;
  std::uint16_t bits = 8 * kSampleBytes;
  std::array<char, 4> data{'d', 'a', 't', 'a'};
  std::uint32_t data_size = 0;
};
static_assert(sizeof(WavHeader) == 44);

std::unexpected<base::Error> failed() {
  return base::fail(MediaErrc::recording_unwritable, std::generic_category().message(errno));
}

bool write_all(int fd, const void* data, std::size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(fd, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool sync_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.valid() && ::fsync(fd.get()) == 0;
}

}  // namespace

fs::path spool_path(const fs::path& folder, base::Guid operation) {
  return folder / (operation.to_string() + ".spool");
}

fs::path wav_path(const fs::path& folder, base::Guid operation) {
  return folder / (operation.to_string() + ".wav");
}

std::vector<std::int16_t> doubled_rate(std::span<const std::int16_t> samples) {
  std::vector<std::int16_t> result(2 * samples.size());
  const auto io = soxr_io_spec(SOXR_INT16_I, SOXR_INT16_I);
  auto plain = io;
  plain.flags |= SOXR_NO_DITHER;  // silence stays silence
  std::size_t made = 0;
  soxr_oneshot(kClockRate, kRecordingRate, 1, samples.data(), samples.size(), nullptr, result.data(),
               result.size(), &made, &plain, nullptr, nullptr);
  return result;
}

base::Result<void> write_wav(const fs::path& path, std::span<const std::int16_t> samples) {
  const fs::path part = path.string() + ".part";
  WavHeader header;
  header.data_size = static_cast<std::uint32_t>(samples.size_bytes());
  header.size = static_cast<std::uint32_t>(sizeof header - 8 + samples.size_bytes());
  const Descriptor fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd.valid()) return failed();
  const bool complete = write_all(fd.get(), &header, sizeof header) &&
                        write_all(fd.get(), samples.data(), samples.size_bytes()) && ::fsync(fd.get()) == 0 &&
                        ::rename(part.c_str(), path.c_str()) == 0 && sync_folder(path.parent_path());
  if (complete) return {};
  const auto failure = failed();
  ::unlink(part.c_str());
  return failure;
}

base::Result<BuiltRecording> build_recording(const fs::path& folder, base::Guid operation) {
  const fs::path from = spool_path(folder, operation);
  const auto bytes = base::read_file(from);
  if (!bytes) return base::fail(MediaErrc::spool_unreadable, bytes.error().code.message());
  const auto spool = read_spool({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()});
  if (!spool) return std::unexpected(spool.error());
  BuiltRecording built{.captured = spool->captured()};
  RecordingTimeline timeline(built.captured);
  timeline.place(spool->audio);
  built.reanchored = timeline.reanchored();
  if (auto written = write_wav(wav_path(folder, operation), doubled_rate(timeline.take())); !written)
    return std::unexpected(written.error());
  ::unlink(from.c_str());
  return built;
}

}  // namespace tonearm::media
