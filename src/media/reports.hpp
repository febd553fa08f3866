#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "media/key.hpp"
#include "media/packet_trace.hpp"
#include "media/playlist.hpp"

namespace tonearm::media {

using OperationNumber = std::uint32_t;
using StopId = std::uint64_t;

/// Session and its sockets exist; commands posted before are not lost.
struct Opened {
  base::Endpoint rtp;
  base::Endpoint rtcp;
};
struct OpenFailed {
  std::string cause;
};
/// The first prompt of operation n can be played (a record without one: at once).
struct Ready {
  OperationNumber number = 0;
};
/// Nothing of operation n can be played; the operation is forgotten.
struct Failed {
  OperationNumber number = 0;
  PromptFailure failure;
};
/// The first packet of operation n was submitted (or would have been, on hold).
struct Started {
  OperationNumber number = 0;
};
/// Operation n ended by itself: its last packet was submitted.
struct Ended {
  OperationNumber number = 0;
  std::chrono::milliseconds sent{0};     ///< Frames really sent.
  std::optional<PromptFailure> failure;  ///< A later prompt could not be had; those before it were played.
};
enum class StopOutcome : std::uint8_t {
  nothing,        ///< Over long ago, or never heard of.
  never_started,  ///< It was waiting, or being prepared.
  cut,            ///< In its middle.
  completed,      ///< It ended by itself; `Ended` came before.
};
struct StopResult {
  OperationNumber number = 0;
  StopOutcome outcome = StopOutcome::nothing;
  std::chrono::milliseconds sent{0};
};
/// Nothing of the named operations is on its way to the kernel any more.
struct Stopped {
  StopId stop = 0;
  base::TimePoint cut_at;  ///< When the source was cut; the epoch if nothing played.
  std::vector<StopResult> results;
};
/// Neither RTP nor RTCP for `media.timeout`, not on hold. Once in a session.
struct MediaLost {};
/// The far end pressed a key, and has let it go.
struct KeyHeard {
  Key key = Key::k0;
};

/// Why a record is over.
enum class RecordEnd : std::uint8_t {
  max_duration,
  max_silence,
  initial_silence,
  stop_tone,
  prompt_failed,
  cut,  ///< Stopped, or its session was closed; never in a RecordEnded.
};
/// Record n ended by itself; its audio is closed. `RecordWritten` follows if it is one that has a file.
struct RecordEnded {
  OperationNumber number = 0;
  RecordEnd end = RecordEnd::max_duration;
  std::chrono::milliseconds captured{0};
  std::optional<PromptFailure> failure;
};
/// The file of record n is complete, or will not be. Also after a stop that cut 100 ms and more; may come
/// after `Closed`.
struct RecordWritten {
  OperationNumber number = 0;
  bool ok = true;
  std::string cause;  ///< Why not.
};

struct StreamStats {
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t packets_lost = 0;
  std::uint64_t strangers = 0;
  std::uint64_t send_dropped = 0;
  std::uint64_t malformed = 0;
  std::uint64_t source_changes = 0;
  std::chrono::microseconds jitter{0};
  std::uint64_t remote_lost = 0;  ///< By the far end's last report.
  std::chrono::microseconds remote_jitter{0};
  std::chrono::microseconds round_trip{0};  ///< 0: never measured.
};
/// The sockets are closed; the last report of a session but for files that are still being written.
struct Closed {
  StreamStats stats;
  SessionPackets last;  ///< See PacketTrace.
};

/// Keys n were sent: the last packet of the last one was submitted (or would have been, on hold).
struct KeysSent {
  OperationNumber number = 0;
};

using Report = std::variant<Opened, OpenFailed, Ready, Failed, Started, Ended, Stopped, MediaLost, Closed,
                            RecordEnded, RecordWritten, KeyHeard, KeysSent>;

/// Called on the dispatcher's thread, in the order in which things happened. Must not block.
using ReportSink = std::function<void(const Report&)>;

}  // namespace tonearm::media
