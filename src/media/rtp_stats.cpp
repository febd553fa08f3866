#include "media/rtp_stats.hpp"

#include <algorithm>
#include <cmath>

namespace tonearm::media {
namespace {

constexpr int kMaxDropout = 3000;  // RFC 3550 §A.1: a larger jump is a restart of the sender
constexpr int kWindow = 64;        // how far back duplicates are recognised [packets]

}  // namespace

void RtpStats::start(std::uint32_t ssrc, std::uint16_t first_sequence) {
  *this = {};
  ssrc_ = ssrc;
  base_ = highest_ = 0x10000U + first_sequence;  // one cycle up: packets from before the start stay positive
}

bool RtpStats::count(std::uint16_t sequence) {
  const int step = static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(highest_));
  if (received_ == 0 || (step > 0 && step < kMaxDropout)) {
    seen_ = step >= kWindow ? 1 : (seen_ << std::max(step, 0)) | 1;
    highest_ += static_cast<std::uint64_t>(std::max(step, 0));
  } else if (step <= 0 && step > -kWindow) {
    const std::uint64_t bit = std::uint64_t{1} << -step;
    if ((seen_ & bit) != 0 || highest_ - static_cast<std::uint64_t>(-step) < base_) return false;
    seen_ |= bit;
  } else if (last_stray_ == sequence) {
    restart(sequence);  // two in sequence far off (RFC 3550 §A.1)
    return true;
  } else {
    last_stray_ = static_cast<std::uint16_t>(sequence + 1);
    return false;
  }
  last_stray_ = kNoStray;
  ++received_;
  return true;
}

void RtpStats::restart(std::uint16_t sequence) {
  const std::uint64_t lost_before = lost();
  highest_ = (highest_ | 0xFFFF) + 1 + sequence;
  base_ = highest_ - received_ - lost_before;
  seen_ = 1;
  last_stray_ = kNoStray;
  ++received_;
}

void RtpStats::measure_jitter(std::uint32_t timestamp, base::TimePoint arrival) {
  const double arrival_ticks =
      std::chrono::duration<double>(arrival.time_since_epoch()).count() * static_cast<double>(kClockRate);
  const double transit = arrival_ticks - static_cast<double>(timestamp);
  const double difference = std::abs(transit - last_transit_);
  // A jump of the sender's clock (hold, restart, wrap) is no jitter.
  if (has_transit_ && difference < kClockRate) jitter_ticks_ += (difference - jitter_ticks_) / 16;
  last_transit_ = transit;
  has_transit_ = true;
}

std::uint64_t RtpStats::lost() const {
  if (received_ == 0) return 0;
  return expected() > received_ ? expected() - received_ : 0;
}

std::chrono::microseconds RtpStats::jitter() const {
  return std::chrono::microseconds(std::llround(jitter_ticks_ * 1e6 / kClockRate));
}

RtpStats::ReportBlock RtpStats::take_report() {
  const std::uint64_t expected_now = received_ == 0 ? 0 : expected();
  const auto expected_interval = static_cast<std::int64_t>(expected_now - expected_prior_);
  const auto lost_interval = expected_interval - static_cast<std::int64_t>(received_ - received_prior_);
  expected_prior_ = expected_now;
  received_prior_ = received_;
  ReportBlock block;
  if (expected_interval > 0 && lost_interval > 0)
    block.fraction_lost =
        static_cast<std::uint8_t>(std::min<std::int64_t>((lost_interval << 8) / expected_interval, 255));
  block.cumulative_lost = static_cast<std::int32_t>(std::min<std::uint64_t>(lost(), 0x7FFFFF));
  block.highest_sequence = static_cast<std::uint32_t>(highest_ - 0x10000U);
  block.jitter = static_cast<std::uint32_t>(jitter_ticks_);
  return block;
}

}  // namespace tonearm::media
