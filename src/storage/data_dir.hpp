#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace tonearm::storage {

/// The data directory, held by this process alone: an flock on `data_dir/lock`, which the kernel gives back
/// however the process ends. Made (0700) if it is missing. Threading: a value that only moves.
class DataDir {
 public:
  /// Errors: `unusable_directory`; `in_use`, with the process id of the holder.
  [[nodiscard]] static base::Result<DataDir> lock(const std::filesystem::path& directory);
  ~DataDir();
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&& other) noexcept;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  DataDir(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace tonearm::storage
