#include "http/file_stream.hpp"

#include <algorithm>
#include <cerrno>

#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tonearm::http {
namespace {

constexpr std::uint64_t kChunk = 64 * 1024;

}  // namespace

base::Result<std::shared_ptr<const OpenFile>> OpenFile::open(const std::filesystem::path& path) {
  const auto fail = [&] {
    return std::unexpected(base::Error{{errno, std::system_category()}, path.filename().string()});
  };
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail();
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    auto failure = fail();
    ::close(descriptor);
    return failure;
  }
  return std::shared_ptr<const OpenFile>(
      new OpenFile(descriptor, static_cast<std::uint64_t>(status.st_size)));
}

OpenFile::~OpenFile() {
  ::close(descriptor_);
}

std::string OpenFile::read(ByteRange range) const {
  std::string bytes(range.length, '\0');
  std::size_t had = 0;
  while (had < bytes.size()) {
    const ssize_t got =
        ::pread(descriptor_, bytes.data() + had, bytes.size() - had, static_cast<off_t>(range.first + had));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    had += static_cast<std::size_t>(got);
  }
  bytes.resize(had);
  return bytes;
}

void FileStream::read(Chunk next) {
  boost::asio::post(readers_, [self = shared_from_this(), next = std::move(next)]() mutable {
    std::string bytes = self->file_->read({self->range_.first, std::min(kChunk, self->range_.length)});
    self->range_.first += bytes.size();
    self->range_.length -= bytes.size();
    next(std::move(bytes));
  });
}

}  // namespace tonearm::http
