#include "media/rtp_receiver.hpp"

#include "media/codec.hpp"

namespace tonearm::media {
namespace {

constexpr std::int32_t kSameTime = 2 * kClockRate;  // a larger jump is another time

}  // namespace

RtpReceiver::Verdict RtpReceiver::receive(const RtpHeader& header, bool audio, base::TimePoint arrival) {
  if (!started_) {
    start(header);
  } else if (header.ssrc != stats_.ssrc()) {
    if (arrival - last_ < kOldSsrcSilent) return Verdict::foreign_ssrc;
    start(header);
  }
  last_ = arrival;
  if (!is_new(header, audio)) return Verdict::duplicate;
  if (audio) stats_.measure_jitter(header.timestamp, arrival);
  return Verdict::take;
}

/// By its number, or by its time: sound that is newer than all before it never came, whatever its number,
/// which senders begin anew when they transfer a call. Without that, numbers that fall back by a few would
/// look like packets that come twice.
bool RtpReceiver::is_new(const RtpHeader& header, bool audio) {
  const bool first = stats_.received() == 0;
  const bool counted = stats_.count(header.sequence);
  if (!audio) return counted;
  const auto newer = static_cast<std::int32_t>(header.timestamp - newest_timestamp_);
  const bool restarts = !counted && newer > 0 && newer <= kSameTime;
  if (restarts) stats_.restart(header.sequence);
  if (first || newer > 0 || newer < -kSameTime) newest_timestamp_ = header.timestamp;
  return counted || restarts;
}

void RtpReceiver::start(const RtpHeader& header) {
  if (!started_ && stats_.received() > 0 && header.ssrc == stats_.ssrc()) {
    started_ = true;  // the same stream from another address
    return;
  }
  received_before_ += stats_.received();
  lost_before_ += stats_.lost();
  stats_.start(header.ssrc, header.sequence);
  started_ = true;
}

}  // namespace tonearm::media
