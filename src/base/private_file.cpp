#include "base/private_file.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tonearm::base {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> system_failure(const fs::path& path) {
  return std::unexpected(Error{std::error_code(errno, std::generic_category()), path.string()});
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0;
}

void make_private_folder(const fs::path& folder) {
  std::error_code ignored;
  if (folder.empty() || fs::exists(folder, ignored)) return;
  make_private_folder(folder.parent_path());
  ::mkdir(folder.c_str(), 0700);
}

}  // namespace

Result<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return system_failure(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return system_failure(path);
  return text;
}

Result<void> write_private_file(const fs::path& path, std::string_view text) {
  make_private_folder(path.parent_path());
  const fs::path fresh = path.string() + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return system_failure(fresh);
  const bool written = ::fchmod(fd, 0600) == 0 && write_all(fd, text);
  if (!written) {
    const auto failure = system_failure(fresh);
    ::close(fd);
    return failure;
  }
  ::close(fd);
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_failure(path);
  return {};
}

}  // namespace tonearm::base
