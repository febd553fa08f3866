#include "cli/caller/heard.hpp"

#include <algorithm>

namespace tonearm::cli {

std::vector<SoundSegment> sound_segments(std::span<const HeardPacket> packets) {
  std::vector<SoundSegment> segments;
  bool in_sound = false;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const HeardPacket& packet = packets[i];
    if (!packet.silence) {
      if (!in_sound) segments.push_back({.first = i, .begin_ns = packet.arrived_ns});
      SoundSegment& segment = segments.back();
      ++segment.count;
      segment.end_ns = packet.arrived_ns;
      segment.samples.insert(segment.samples.end(), packet.samples.begin(), packet.samples.end());
    }
    in_sound = !packet.silence;
  }
  return segments;
}

Samples loudspeaker(std::span<const HeardPacket> packets, std::int64_t from_ns) {
  constexpr std::int64_t kNsPerSample = 1'000'000'000 / kTelephoneRate;
  constexpr std::int64_t kLongest =
      std::int64_t{3600} * kTelephoneRate;  // a stranger's timestamp fills no memory
  Samples out;
  if (packets.empty()) return out;
  const HeardPacket& anchor = packets.front();
  const std::int64_t start = std::max<std::int64_t>(0, (anchor.arrived_ns - from_ns) / kNsPerSample);
  for (const HeardPacket& packet : packets) {
    const auto offset = static_cast<std::int32_t>(packet.timestamp - anchor.timestamp);  // wraps at 2³²
    const std::int64_t place = start + offset;
    if (packet.ssrc != anchor.ssrc || place < 0 || place > kLongest) continue;
    const auto begin = static_cast<std::size_t>(place);
    if (out.size() < begin + packet.samples.size()) out.resize(begin + packet.samples.size());
    std::copy(packet.samples.begin(), packet.samples.end(), out.begin() + place);
  }
  return out;
}

std::vector<double> levels_of(SampleSpan samples, int step_ms) {
  const auto step = static_cast<std::size_t>(step_ms * kTelephoneRate / 1000);
  std::vector<double> levels;
  for (std::size_t at = 0; at < samples.size(); at += step) {
    levels.push_back(level_dbfs(samples.subspan(at, std::min(step, samples.size() - at))));
  }
  return levels;
}

}  // namespace tonearm::cli
