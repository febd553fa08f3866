#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cli/caller/sound.hpp"

namespace tonearm::cli {

/// One RTP packet as the caller got it.
struct HeardPacket {
  std::int64_t arrived_ns = 0;  ///< The kernel's receive timestamp, told in CLOCK_MONOTONIC.
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  bool silence = false;  ///< Nothing but the codec's zero: no packet of a recorded prompt is that.
  Samples samples{};
};

/// Packets in a row that are not silence.
struct SoundSegment {
  std::size_t first = 0;  ///< Index of its first packet.
  std::size_t count = 0;
  std::int64_t begin_ns = 0;  ///< When its first packet arrived …
  std::int64_t end_ns = 0;    ///< … and its last.
  Samples samples{};
};

/// `packets` in order of arrival.
[[nodiscard]] std::vector<SoundSegment> sound_segments(std::span<const HeardPacket> packets);

/// The sound as it would leave a loudspeaker: packets placed by their RTP timestamp, what is missing is
/// silent. Begins at `from_ns` (CLOCK_MONOTONIC), where the first packet's place is its arrival.
[[nodiscard]] Samples loudspeaker(std::span<const HeardPacket> packets, std::int64_t from_ns);

/// Levels [dBFS] in steps of `step_ms`.
[[nodiscard]] std::vector<double> levels_of(SampleSpan samples, int step_ms);

}  // namespace tonearm::cli
