#include "media/spool.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "media/errc.hpp"

namespace tonearm::media {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kMagic = "tonearm1";
constexpr std::chrono::milliseconds kLongest = 10min;  // a recording has at most two

enum class Kind : std::uint8_t { audio = 1, end = 2 };

/// As it lies on disk; a spool is read on the machine that wrote it.
struct Entry {
  std::uint32_t check = 0;  // of all that follows, payload too
  std::uint32_t offset_us = 0;
  std::uint32_t ssrc = 0;
  std::uint32_t timestamp = 0;
  std::uint16_t sequence = 0;
  std::uint16_t size = 0;
  Kind kind = Kind::audio;
  std::uint8_t codec = 0;
  std::uint16_t unused = 0;
};
static_assert(sizeof(Entry) == 24);

/// FNV-1a.
std::uint32_t check_of(std::span<const std::uint8_t> bytes) {
  std::uint32_t hash = 2'166'136'261U;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 16'777'619U;
  return hash;
}

void append(std::string& out, const Entry& entry, std::span<const std::uint8_t> payload) {
  const std::size_t start = out.size();
  out.append(reinterpret_cast<const char*>(&entry), sizeof entry);
  out.append(reinterpret_cast<const char*>(payload.data()), payload.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(out.data() + start);
  const std::uint32_t check = check_of(std::span(bytes, out.size() - start).subspan(sizeof(Entry::check)));
  std::memcpy(out.data() + start, &check, sizeof check);
}

std::uint32_t to_offset(std::chrono::nanoseconds time) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(time / 1us, 0, std::chrono::microseconds(kLongest).count()));
}

/// Takes the first entry off `bytes`; nothing if it is broken.
std::optional<Entry> take_entry(std::span<const std::uint8_t>& bytes,
                                std::span<const std::uint8_t>& payload) {
  Entry entry;
  if (bytes.size() < sizeof entry) return std::nullopt;
  std::memcpy(&entry, bytes.data(), sizeof entry);
  if (bytes.size() < sizeof entry + entry.size) return std::nullopt;
  const auto whole = bytes.first(sizeof entry + entry.size);
  if (check_of(whole.subspan(sizeof entry.check)) != entry.check) return std::nullopt;
  payload = whole.subspan(sizeof entry);
  bytes = bytes.subspan(whole.size());
  return entry;
}

}  // namespace

std::chrono::milliseconds Spool::captured() const {
  if (length) return *length;
  std::chrono::microseconds last{0};
  for (const SpooledAudio& piece : audio) last = std::max(last, piece.arrival);
  return std::chrono::duration_cast<std::chrono::milliseconds>(last);
}

void append_spool_header(std::string& out) {
  out += kMagic;
}

void append_spool_audio(std::string& out, base::TimePoint began, const CapturedPacket& packet) {
  Entry entry;
  entry.offset_us = to_offset(packet.arrival - began);
  entry.ssrc = packet.ssrc;
  entry.timestamp = packet.timestamp;
  entry.sequence = packet.sequence;
  entry.size = packet.size;
  entry.codec = static_cast<std::uint8_t>(packet.codec);
  append(out, entry, std::span(packet.payload).first(packet.size));
}

void append_spool_end(std::string& out, std::chrono::milliseconds length) {
  Entry entry;
  entry.kind = Kind::end;
  entry.offset_us = to_offset(length);
  append(out, entry, {});
}

base::Result<Spool> read_spool(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kMagic.size() || !std::ranges::equal(bytes.first(kMagic.size()), kMagic))
    return base::fail(MediaErrc::spool_unreadable);
  bytes = bytes.subspan(kMagic.size());
  Spool spool;
  std::span<const std::uint8_t> payload;
  while (const auto entry = take_entry(bytes, payload)) {
    const std::chrono::microseconds offset(std::min<std::int64_t>(entry->offset_us, kLongest / 1us));
    if (entry->kind == Kind::end) {
      spool.length = std::chrono::duration_cast<std::chrono::milliseconds>(offset);
      break;
    }
    spool.audio.push_back({.arrival = offset,
                           .ssrc = entry->ssrc,
                           .timestamp = entry->timestamp,
                           .sequence = entry->sequence,
                           .codec = entry->codec == 0 ? Codec::pcmu : Codec::pcma,
                           .payload = payload});
  }
  return spool;
}

}  // namespace tonearm::media
