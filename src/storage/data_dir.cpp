#include "storage/data_dir.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "storage/errc.hpp"

namespace tonearm::storage {
namespace {

/// The holder wrote its process id into the lock file.
std::string holder_of(int descriptor) {
  std::array<char, 16> text{};
  const ssize_t length = ::pread(descriptor, text.data(), text.size(), 0);
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string("unknown");
}

bool write_process_id(int descriptor) {
  const std::string text = std::to_string(::getpid());
  return ::ftruncate(descriptor, 0) == 0 &&
         ::pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace

base::Result<DataDir> DataDir::lock(const std::filesystem::path& directory) {
  std::error_code failure;
  const bool existed = std::filesystem::exists(directory, failure);
  if (!existed) std::filesystem::create_directories(directory, failure);
  if (failure)
    return base::fail(StorageErrc::unusable_directory, directory.string() + ": " + failure.message());
  if (!existed) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, failure);
  }

  const auto file = directory / "lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return base::fail(StorageErrc::unusable_directory, file.string() + ": " + std::strerror(errno));
  }
  DataDir held(directory, descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return base::fail(StorageErrc::unusable_directory, file.string() + ": " + std::strerror(errno));
    }
    return base::fail(StorageErrc::in_use, directory.string() + " is held by process " +
                                               holder_of(descriptor) +
                                               "; stop it or set another server.data_dir");
  }
  if (!write_process_id(descriptor)) {
    return base::fail(StorageErrc::unusable_directory, file.string() + ": " + std::strerror(errno));
  }
  return held;
}

DataDir::~DataDir() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

DataDir::DataDir(DataDir&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

DataDir& DataDir::operator=(DataDir&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

}  // namespace tonearm::storage
