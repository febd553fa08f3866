#include "storage/wal_check.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace tonearm::storage {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // the lowest bit says how checksums read their words
constexpr std::uint32_t kPageMin = 512;
constexpr std::uint32_t kPageMax = 65536;

std::uint32_t big_endian(Bytes bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
         std::uint32_t{bytes[3]};
}

std::uint32_t little_endian(Bytes bytes) {
  return std::uint32_t{bytes[3]} << 24 | std::uint32_t{bytes[2]} << 16 | std::uint32_t{bytes[1]} << 8 |
         std::uint32_t{bytes[0]};
}

bool is_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

struct Checksum {
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  static Checksum at(Bytes bytes) { return {big_endian(bytes), big_endian(bytes.subspan(4))}; }
  friend bool operator==(const Checksum&, const Checksum&) = default;

  /// Of `bytes`, a multiple of eight, behind what this one is of.
  [[nodiscard]] Checksum with(Bytes bytes, bool words_are_big_endian) const {
    const auto word = words_are_big_endian ? big_endian : little_endian;
    Checksum sum = *this;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
      sum.first += word(bytes) + sum.second;
      sum.second += word(bytes.subspan(4)) + sum.first;
    }
    return sum;
  }
};

/// Reads frame by frame: a log may be as large as the machine's memory.
class WalReader {
 public:
  explicit WalReader(const std::filesystem::path& file) : file_(file, std::ios::binary) {
    if (!file_) throw std::system_error(errno, std::generic_category(), file.string());
  }

  /// False if there is none, or not a whole one.
  bool read(std::span<std::uint8_t> into) {
    file_.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
    return file_.gcount() == static_cast<std::streamsize>(into.size());
  }

 private:
  std::ifstream file_;
};

struct Header {
  std::array<std::uint8_t, kHeaderBytes> bytes{};

  [[nodiscard]] Bytes all() const { return bytes; }
  [[nodiscard]] bool is_big_endian() const { return (big_endian(all()) & 1) != 0; }
  [[nodiscard]] std::uint32_t page_size() const { return big_endian(all().subspan(8)); }
  [[nodiscard]] Bytes salts() const { return all().subspan(16, 8); }
  [[nodiscard]] Checksum checksum() const { return Checksum::at(all().subspan(24)); }
  [[nodiscard]] bool is_whole() const {
    return (big_endian(all()) & ~1U) == kMagic && page_size() >= kPageMin && page_size() <= kPageMax &&
           Checksum{}.with(all().first(24), is_big_endian()) == checksum();
  }
};

/// Counts the transactions behind the first damage.
class Scan {
 public:
  explicit Scan(const Header& header) : header_(header), previous_(header.checksum()) {}

  /// False where this log ends: what follows was written before its header was.
  bool add(Bytes frame) {
    const Checksum stored = Checksum::at(frame.subspan(16));
    const Checksum true_one = previous_.with(frame.first(8), header_.is_big_endian())
                                  .with(frame.subspan(kFrameHeaderBytes), header_.is_big_endian());
    previous_ = stored;  // each frame's own word, so that frames behind a damaged one can be judged
    ++frames_;
    const bool is_ours = std::memcmp(frame.data() + 8, header_.salts().data(), 8) == 0;
    if (is_ours && true_one == stored) {
      const bool ends_transaction = big_endian(frame.subspan(4)) != 0;
      if (damaged_ && ends_transaction) ++transactions_behind_;
      return true;
    }
    if (!damaged_) damaged_ = frames_;
    strangers_ = is_ours ? 0 : strangers_ + 1;
    return strangers_ < kStrangersInARow;
  }
  [[nodiscard]] std::optional<std::string> verdict() const {
    if (transactions_behind_ < 2) return std::nullopt;
    return fmt::format("frame {} of the write-ahead log is damaged, {} transactions behind it are whole",
                       *damaged_, transactions_behind_);
  }

 private:
  /// A damaged header of one frame does not end the log; one of an older log is followed by others.
  static constexpr int kStrangersInARow = 16;

  const Header& header_;
  Checksum previous_;
  std::size_t frames_ = 0;
  std::optional<std::size_t> damaged_;  // its number, from 1
  std::size_t transactions_behind_ = 0;
  int strangers_ = 0;
};

}  // namespace

std::optional<std::string> wal_damage(const std::filesystem::path& wal) {
  if (!std::filesystem::exists(wal)) return std::nullopt;
  WalReader reader(wal);
  Header header;
  if (!reader.read(header.bytes)) return std::nullopt;  // nothing was ever in it
  if (!header.is_whole()) {
    std::array<std::uint8_t, kFrameHeaderBytes> first{};
    if (!reader.read(first)) return std::nullopt;
    if (is_zero(header.all()) && is_zero(first)) return std::nullopt;  // made longer, never written
    return "the header of the write-ahead log is damaged, and there is something behind it";
  }
  Scan scan(header);
  std::vector<std::uint8_t> frame(kFrameHeaderBytes + header.page_size());
  while (reader.read(frame) && scan.add(frame)) {
  }
  return scan.verdict();
}

}  // namespace tonearm::storage
