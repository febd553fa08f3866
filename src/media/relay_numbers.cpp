#include "media/relay_numbers.hpp"

#include <cstdlib>

namespace tonearm::media {
namespace {

// Farther than what networks do to a stream; it has jumped.
constexpr int kSequenceJump = 100;
constexpr std::int32_t kTimestampJump = 8'000;  // [samples] 1 s

int ahead(std::uint16_t one, std::uint16_t other) {
  return static_cast<std::int16_t>(one - other);
}

}  // namespace

bool RelayNumbers::goes_on(const RtpHeader& header, std::uint16_t sequence, std::uint32_t timestamp) const {
  if (!started_ || header.ssrc != ssrc_ || sequence != next_sequence_) return false;
  const int steps = ahead(static_cast<std::uint16_t>(header.sequence + sequence_offset_), sequence);
  const auto samples = static_cast<std::int32_t>(header.timestamp + timestamp_offset_ - timestamp);
  return std::abs(steps) <= kSequenceJump && samples <= kTimestampJump && samples >= -kTimestampJump;
}

std::optional<RelayNumbers::Place> RelayNumbers::place(const RtpHeader& header, std::uint16_t sequence,
                                                       std::uint32_t timestamp) {
  if (!goes_on(header, sequence, timestamp)) {
    started_ = true;
    ssrc_ = header.ssrc;
    sequence_offset_ = static_cast<std::uint16_t>(sequence - header.sequence);
    timestamp_offset_ = timestamp - header.timestamp;
    first_ = sequence;
    next_sequence_ = sequence;
    return Place{sequence, timestamp, true};
  }
  const auto ours = static_cast<std::uint16_t>(header.sequence + sequence_offset_);
  if (ahead(ours, first_) < 0) return std::nullopt;
  return Place{ours, header.timestamp + timestamp_offset_, header.marker};
}

}  // namespace tonearm::media
