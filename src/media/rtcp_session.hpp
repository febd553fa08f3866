#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <span>

#include "base/clock.hpp"
#include "media/rtcp_packet.hpp"
#include "media/rtp_receiver.hpp"
#include "media/rtp_sender.hpp"

namespace tonearm::media {

/// One session's RTCP: reports every 5 s, more or less (RFC 3550 §6.2), and what the far end's reports say.
/// Threading: media thread; pure but for its own state.
class RtcpSession {
 public:
  struct RemoteView {
    std::uint64_t lost = 0;
    std::chrono::microseconds jitter{0};
    std::chrono::microseconds round_trip{0};  ///< 0: not known.
  };

  explicit RtcpSession(std::uint32_t seed);

  [[nodiscard]] bool due(base::TimePoint now) const { return now >= next_; }
  /// The next report (with BYE at the end); valid until the next call. `wall`: now, as a date.
  std::span<const std::uint8_t> make_report(const RtpSender& sender, RtpReceiver& receiver,
                                            base::TimePoint now, base::WallTime wall, bool bye);
  /// False if the bytes are no RTCP.
  bool receive(std::span<const std::uint8_t> bytes, std::uint32_t our_ssrc, base::TimePoint now,
               base::WallTime wall);

  [[nodiscard]] const RemoteView& remote() const { return remote_; }
  [[nodiscard]] bool remote_left() const { return bye_; }

 private:
  void schedule(base::TimePoint now);
  void learn(const RtcpReportBlock& block, base::WallTime wall);

  std::minstd_rand random_;
  std::array<char, 16> cname_{};  // random, for this session only (RFC 7022 §4.2)
  base::TimePoint next_{};
  std::uint32_t last_sr_ = 0;  // of the far end: middle bits of its NTP time
  base::TimePoint last_sr_at_{};
  RemoteView remote_;
  bool bye_ = false;
  std::array<std::uint8_t, kRtcpBytesMax> bytes_{};
};

}  // namespace tonearm::media
