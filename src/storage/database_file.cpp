#include "storage/database_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "storage/errc.hpp"

namespace tonearm::storage {

std::filesystem::path private_file(std::filesystem::path file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const std::error_code reason(errno, std::system_category());
    throw std::system_error(make_error_code(StorageErrc::unusable_directory), reason.message());
  }
  ::close(descriptor);
  return file;
}

void check_integrity(Database& database) {
  const std::string verdict = database.text("PRAGMA quick_check(1)");
  if (verdict != "ok") throw std::system_error(make_error_code(StorageErrc::corrupt), verdict);
}

std::string remedy(const std::error_code& code, const char* lost) {
  if (code == StorageErrc::corrupt) {
    return std::string("; move it and its -wal and -shm files away to start with an empty one") + lost;
  }
  if (code == StorageErrc::foreign_database) return "; move it away or set another server.data_dir";
  if (code == StorageErrc::newer_schema) return "; use that version, or move the file away";
  if (code == StorageErrc::disk_full) return "; make room";
  return "";
}

}  // namespace tonearm::storage
