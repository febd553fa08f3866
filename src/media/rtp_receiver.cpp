#include "media/rtp_receiver.hpp"

namespace tonearm::media {

RtpReceiver::Verdict RtpReceiver::receive(const RtpHeader& header, bool audio, base::TimePoint arrival) {
  if (!started_) {
    start(header);
  } else if (header.ssrc != stats_.ssrc()) {
    if (arrival - last_ < kOldSsrcSilent) return Verdict::foreign_ssrc;
    start(header);
  }
  last_ = arrival;
  if (!stats_.count(header.sequence)) return Verdict::duplicate;
  if (audio) stats_.measure_jitter(header.timestamp, arrival);
  return Verdict::take;
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
