#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <sndfile.h>

#include "media/recording_file.hpp"

namespace tonearm::media::testing {

struct ReadWav {
  SF_INFO info{};
  std::vector<std::int16_t> samples;
  [[nodiscard]] double seconds() const {
    return static_cast<double>(samples.size()) / static_cast<double>(info.samplerate);
  }
};

/// A folder of its own for each test, gone with it.
class RecordingFolder {
 public:
  RecordingFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "recordings-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~RecordingFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  RecordingFolder(const RecordingFolder&) = delete;
  RecordingFolder& operator=(const RecordingFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }
  [[nodiscard]] std::optional<ReadWav> read(base::Guid operation) const {
    ReadWav wav;
    SNDFILE* file = sf_open(wav_path(path_, operation).c_str(), SFM_READ, &wav.info);
    if (file == nullptr) return std::nullopt;
    wav.samples.resize(static_cast<std::size_t>(wav.info.frames));
    sf_readf_short(file, wav.samples.data(), wav.info.frames);
    sf_close(file);
    return wav;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace tonearm::media::testing
