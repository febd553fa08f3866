#include "media/recording_timeline.hpp"
#include "support/targets.hpp"

// What is captured of a caller, with any timestamps, sequence numbers and lengths; and the spool on disk,
// which may end anywhere.

namespace tonearm::fuzz {
namespace {

constexpr std::chrono::milliseconds kLength{1500};

void check_recording(media::RecordingTimeline& recording) {
  require(recording.take().size() == static_cast<std::size_t>(kLength.count()) * 8,
          "a recording is as long as was said");
}

void as_spool(Bytes bytes) {
  const auto spool = media::read_spool(bytes);
  if (!spool) return;
  require(spool->captured().count() >= 0, "a spool has a length");
  media::RecordingTimeline recording(kLength);
  recording.place(spool->audio);
  check_recording(recording);
}

}  // namespace

void timeline(Bytes bytes) {
  as_spool(bytes);
  Input input(bytes);
  static const std::vector<std::uint8_t> kAudio(480, 0x55);
  std::vector<media::SpooledAudio> pieces;
  std::chrono::microseconds arrival{0};
  while (!input.empty() && pieces.size() < 500) {
    arrival += std::chrono::milliseconds(input.byte());
    media::SpooledAudio piece;
    piece.arrival = arrival;
    piece.ssrc = input.byte() % 3;
    piece.timestamp = input.number<std::uint32_t>();
    piece.sequence = input.number<std::uint16_t>();
    piece.codec = input.byte() % 2 == 0 ? media::Codec::pcmu : media::Codec::pcma;
    piece.payload = std::span(kAudio).first(input.number<std::uint16_t>() % (kAudio.size() + 1));
    pieces.push_back(piece);
  }
  media::RecordingTimeline recording(kLength);
  // In two parts, as the writer may get them.
  const std::size_t half = pieces.size() / 2;
  recording.place(std::span(pieces).first(half));
  recording.place(std::span(pieces).subspan(half));
  check_recording(recording);
}

}  // namespace tonearm::fuzz
