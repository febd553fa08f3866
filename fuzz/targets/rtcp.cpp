#include "media/rtcp_packet.hpp"
#include "media/rtcp_session.hpp"
#include "support/targets.hpp"

// Compound packets, each behind its length, to a session that goes on reporting.

namespace tonearm::fuzz {
namespace {

constexpr std::uint32_t kOurSsrc = 0x01020304;

}  // namespace

void rtcp(Bytes bytes) {
  Input input(bytes);
  media::RtcpSession session(7);
  media::RtpSender sender(kOurSsrc, 1, 1);
  media::RtpReceiver receiver;
  base::TimePoint now{std::chrono::hours(1)};
  base::WallTime wall{std::chrono::seconds(1'700'000'000)};
  while (!input.empty()) {
    const std::chrono::milliseconds later(input.number<std::uint16_t>());
    now += later;
    wall += later;
    const Bytes packet = input.take(input.byte());
    const auto summary = media::parse_rtcp(packet, kOurSsrc);
    require(session.receive(packet, kOurSsrc, now, wall) == summary.has_value(), "both read the same");
    require(!summary || !summary->report || summary->report->ssrc == kOurSsrc, "a report is about us");
    require(session.remote().round_trip.count() >= 0, "nothing comes back before it was sent");
    require(session.remote().jitter.count() >= 0, "jitter is not negative");
    const auto report = session.make_report(sender, receiver, now, wall, later.count() % 2 == 1);
    require(report.size() <= media::kRtcpBytesMax, "a report has a bound");
    require(media::parse_rtcp(report, 0).has_value(), "our report can be parsed");
  }
}

}  // namespace tonearm::fuzz
