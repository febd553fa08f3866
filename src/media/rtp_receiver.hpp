#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "media/rtp_packet.hpp"
#include "media/rtp_stats.hpp"

namespace tonearm::media {

/// Follows the SSRC of the far end and counts what came of it.
/// Threading: media thread; pure but for its own state.
class RtpReceiver {
 public:
  enum class Verdict : std::uint8_t { take, duplicate, foreign_ssrc };
  /// A new SSRC beside one that was heard within this time is somebody else's [40 ms: two packets].
  static constexpr std::chrono::milliseconds kOldSsrcSilent{40};

  /// `audio`: not a telephone-event.
  Verdict receive(const RtpHeader& header, bool audio, base::TimePoint arrival);
  /// The far end's stream comes from elsewhere: the next SSRC is taken at once.
  void expect_new_stream() { started_ = false; }

  [[nodiscard]] bool started() const { return started_; }
  /// Not the stream that is being followed.
  [[nodiscard]] bool is_other(std::uint32_t ssrc) const { return started_ && ssrc != stats_.ssrc(); }
  [[nodiscard]] RtpStats& current() { return stats_; }
  [[nodiscard]] std::uint64_t received() const { return received_before_ + stats_.received(); }
  [[nodiscard]] std::uint64_t lost() const { return lost_before_ + stats_.lost(); }
  [[nodiscard]] std::chrono::microseconds jitter() const { return stats_.jitter(); }

 private:
  void start(const RtpHeader& header);
  [[nodiscard]] bool is_new(const RtpHeader& header, bool audio);

  RtpStats stats_;
  bool started_ = false;
  base::TimePoint last_;
  std::uint32_t newest_timestamp_ = 0;  // of its audio
  std::uint64_t received_before_ = 0;   // of SSRCs that are over
  std::uint64_t lost_before_ = 0;
};

}  // namespace tonearm::media
