#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "base/result.hpp"
#include "http/body_stream.hpp"
#include "http/byte_range.hpp"

namespace tonearm::http {

/// A file that is open: it can be read to its end even when its name is removed meanwhile.
class OpenFile {
 public:
  /// Blocking. Errors: the system's.
  [[nodiscard]] static base::Result<std::shared_ptr<const OpenFile>> open(const std::filesystem::path& path);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Fewer bytes only at the end of the file or after a failure. Blocking.
  [[nodiscard]] std::string read(ByteRange range) const;

 private:
  OpenFile(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}

  const int descriptor_;
  const std::uint64_t size_;
};

/// Part of a file as a body, read 64 KiB at a time where waiting for a disk hurts nobody.
class FileStream final : public BodyStream, public std::enable_shared_from_this<FileStream> {
 public:
  FileStream(std::shared_ptr<const OpenFile> file, ByteRange range, boost::asio::any_io_executor readers)
      : file_(std::move(file)), range_(range), size_(range.length), readers_(std::move(readers)) {}

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  void read(Chunk next) override;

 private:
  const std::shared_ptr<const OpenFile> file_;
  ByteRange range_;  // what is left
  const std::uint64_t size_;
  const boost::asio::any_io_executor readers_;
};

}  // namespace tonearm::http
