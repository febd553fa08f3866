#include <array>

#include "media/rtp_packet.hpp"
#include "media/rtp_receiver.hpp"
#include "media/source_lock.hpp"
#include "media/telephone_event.hpp"
#include "support/targets.hpp"

// Packets on a media port, from several sources. Each: milliseconds since the last one, source, length,
// bytes.

namespace tonearm::fuzz {
namespace {

const std::array kSources{
    media::SourceAddress::from(base::Endpoint{"192.0.2.7", 4000}),
    media::SourceAddress::from(base::Endpoint{"192.0.2.7", 4002}),
    media::SourceAddress::from(base::Endpoint{"203.0.113.9", 4000}),
    media::SourceAddress::from(base::Endpoint{"2001:db8::1", 4000}),
};

void check_packet(const media::RtpPacket& packet, Bytes bytes) {
  require(packet.payload.empty() ||
              (packet.payload.data() >= bytes.data() + media::kRtpHeaderBytes &&
               packet.payload.data() + packet.payload.size() <= bytes.data() + bytes.size()),
          "a payload lies behind the header and within the packet");
  std::array<std::uint8_t, media::kRtpHeaderBytes> header{};
  media::write_rtp_header(packet.header, header);
  const auto again = media::parse_rtp(header);
  require(again && again->header == packet.header, "a header that is written is read as it was");
  if (const auto event = media::parse_telephone_event(packet.payload)) {
    const auto written = media::write_telephone_event(*event);
    const auto read = media::parse_telephone_event(written);
    require(read && read->key == event->key && read->end == event->end && read->duration == event->duration,
            "an event that is written is read as it was");
  }
}

class Port {
 public:
  explicit Port(std::uint8_t rules) {
    may_move_ = (rules & 1) != 0;
    lock_.set_rules({.signalled = kSources[0], .may_move = may_move_, .held = (rules & 2) != 0}, now_);
  }

  void receive(std::chrono::milliseconds later, const media::SourceAddress& source, Bytes bytes) {
    now_ += later;
    const auto packet = media::parse_rtp(bytes);
    if (!packet) return;
    check_packet(*packet, bytes);
    const auto verdict = lock_.judge(
        {source, packet->header.ssrc, packet->header.sequence, packet->header.payload_type == 0}, now_);
    if (verdict == media::SourceLock::Verdict::stranger) return;
    require(may_move_ || source.same_host(kSources[0]), "another host is heard only if it may be");
    require(verdict != media::SourceLock::Verdict::accept_and_moved || lock_.locked(),
            "whoever moved is locked");
    if (verdict == media::SourceLock::Verdict::accept_and_moved) receiver_.expect_new_stream();
    ++accepted_;
    (void)receiver_.receive(packet->header, true, now_);
    require(receiver_.received() <= accepted_, "not more is counted than came");
    require(receiver_.lost() <= accepted_ * 0x10000, "a packet makes not more lost than there are numbers");
    require(receiver_.jitter().count() >= 0, "jitter is not negative");
    if (accepted_ % 8 == 0) (void)receiver_.current().take_report();
  }

 private:
  bool may_move_ = false;
  base::TimePoint now_{std::chrono::hours(1)};
  media::SourceLock lock_;
  media::RtpReceiver receiver_;
  std::uint64_t accepted_ = 0;
};

}  // namespace

void rtp(Bytes bytes) {
  Input input(bytes);
  Port port(input.byte());
  while (!input.empty()) {
    const std::chrono::milliseconds later(input.byte());
    const auto& source = kSources[input.byte() % kSources.size()];
    const Bytes packet = input.take(input.byte());
    (void)media::looks_like_rtcp(packet);
    port.receive(later, source, packet);
  }
}

}  // namespace tonearm::fuzz
