#include "media/wav_container.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace tonearm::media {
namespace {

constexpr std::size_t kHeaderBytes = 12;      // RIFF, length, WAVE
constexpr std::size_t kChunkHeaderBytes = 8;  // name, length
constexpr std::uint64_t kStreamedFrom = 0x7FFF'F000;
constexpr std::uint64_t kSeeDs64 = 0xFFFF'FFFF;

/// Some writers count a header into their data: so much may be missing. No one hears 4 ms.
constexpr std::uint64_t kMissingMax = 64;

struct Format {
  std::size_t at;
  std::string_view magic;
  std::string_view name;
};

// What servers and people give for a WAV.
constexpr std::array kOthers{
    Format{0, "fLaC", "FLAC"},     Format{0, "OggS", "Ogg"},  Format{0, "ID3", "MP3"},
    Format{8, "AIFF", "AIFF"},     Format{8, "AIFC", "AIFF"}, Format{4, "ftyp", "MP4"},
    Format{0, ".snd", "AU"},       Format{8, "AVI ", "AVI"},  Format{0, "\x1f\x8b", "gzip"},
    Format{0, "<", "HTML or XML"}, Format{0, "{", "JSON"},
};

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A frame of MPEG audio, layer 3, begins with 11 set bits (ISO 11172-3 §2.4.1.3).
bool is_mp3_frame(std::string_view text) {
  return text.size() >= 2 && text[0] == '\xff' && (static_cast<unsigned char>(text[1]) & 0xe6) == 0xe2;
}

std::string not_wav(std::string_view text) {
  const auto start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  for (const Format& format : kOthers) {
    const std::string_view from = format.at == 0 ? text.substr(start) : text;
    if (from.size() > format.at && from.substr(format.at).starts_with(format.magic))
      return fmt::format("not a WAV file but {}", format.name);
  }
  return is_mp3_frame(text) ? "not a WAV file but MP3" : "not a WAV file";
}

/// Walks over the chunks of a file.
class Chunks {
 public:
  Chunks(std::span<const std::uint8_t> file, bool big_endian) : file_(file), big_endian_(big_endian) {}

  /// Goes on to the next one; false at the end of the file.
  bool next() {
    at_ += started_ ? kChunkHeaderBytes + length_ + length_ % 2 : 0;
    started_ = true;
    if (file_.size() < kChunkHeaderBytes || at_ > file_.size() - kChunkHeaderBytes) return false;
    length_ = number(at_ + 4, 4);
    return true;
  }
  [[nodiscard]] std::string_view name() const { return text_of(file_.subspan(at_, 4)); }
  [[nodiscard]] std::uint64_t length() const { return length_; }
  /// What the file has of its contents and of all behind it [bytes].
  [[nodiscard]] std::uint64_t left() const { return file_.size() - at_ - kChunkHeaderBytes; }
  /// A number in its contents, if the file reaches so far.
  [[nodiscard]] std::optional<std::uint64_t> member(std::size_t offset, std::size_t bytes) const {
    if (offset + bytes > left()) return std::nullopt;
    return number(at_ + kChunkHeaderBytes + offset, bytes);
  }

 private:
  [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t bytes) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value = value << 8 | file_[at + (big_endian_ ? i : bytes - 1 - i)];
    return value;
  }

  std::span<const std::uint8_t> file_;
  bool big_endian_;
  bool started_ = false;
  std::uint64_t at_ = kHeaderBytes;
  std::uint64_t length_ = 0;
};

std::string missing_audio(std::uint64_t announced, std::uint64_t there) {
  if (announced <= there + kMissingMax) return {};
  return fmt::format("the file ends before its audio does: {} of {} bytes are there", there, announced);
}

}  // namespace

std::string wav_objection(std::span<const std::uint8_t> file) {
  const std::string_view text = text_of(file);
  if (text.empty()) return "the file is empty";
  const bool is_riff = text.starts_with("RIFF") || text.starts_with("RIFX") || text.starts_with("RF64");
  if (!is_riff || (text.size() >= kHeaderBytes && text.substr(8, 4) != "WAVE")) return not_wav(text);
  Chunks chunks(file, text.starts_with("RIFX"));
  std::optional<std::uint64_t> long_length;  // RF64: EBU Tech 3306 §3.4
  while (chunks.next()) {
    if (chunks.name() == "ds64") long_length = chunks.member(8, 8);
    if (chunks.name() != "data") continue;
    if (long_length && chunks.length() == kSeeDs64) return missing_audio(*long_length, chunks.left());
    return chunks.length() >= kStreamedFrom ? "" : missing_audio(chunks.length(), chunks.left());
  }
  return {};
}

}  // namespace tonearm::media
