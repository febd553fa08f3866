#include "media/capture.hpp"

#include <algorithm>

namespace tonearm::media {

void Capture::push(const HeardAudio& audio) {
  std::size_t at = 0;
  while (at < audio.payload.size()) {
    CapturedPacket piece;
    const auto bytes = audio.payload.subspan(at, std::min(audio.payload.size() - at, piece.payload.size()));
    at += bytes.size();
    piece.arrival = audio.arrival - std::chrono::microseconds((audio.payload.size() - at) * 1000 /
                                                              std::size_t{kSamplesPerMs});
    piece.ssrc = audio.header.ssrc;
    piece.timestamp = audio.header.timestamp + static_cast<std::uint32_t>(at - bytes.size());
    piece.sequence = audio.header.sequence;
    piece.codec = audio.codec;
    piece.size = static_cast<std::uint8_t>(bytes.size());
    std::ranges::copy(bytes, piece.payload.begin());
    if (!ring_.push(piece)) dropped_.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace tonearm::media
