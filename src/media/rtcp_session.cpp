#include "media/rtcp_session.hpp"

#include <cmath>

namespace tonearm::media {
namespace {

constexpr std::chrono::seconds kInterval{5};
constexpr std::int64_t kFrom1900To1970 = 2'208'988'800;

std::uint64_t ntp_time(base::WallTime wall) {
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(wall.time_since_epoch());
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  const auto fraction =
      static_cast<std::uint64_t>((since - whole).count()) * (std::uint64_t{1} << 32) / 1'000'000'000;
  return static_cast<std::uint64_t>(whole.count() + kFrom1900To1970) << 32 | fraction;
}

std::uint32_t middle(std::uint64_t ntp) {
  return static_cast<std::uint32_t>(ntp >> 16);
}

/// RTCP's short unit of time [1/65536 s].
std::uint32_t short_units(base::TimePoint::duration time) {
  return static_cast<std::uint32_t>(std::chrono::duration<double>(time).count() * 65536);
}

std::chrono::microseconds from_short_units(std::uint32_t units) {
  return std::chrono::microseconds(std::uint64_t{units} * 1'000'000 / 65536);
}

}  // namespace

RtcpSession::RtcpSession(std::uint32_t seed) : random_(seed | 1) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (char& c : cname_) c = kDigits[random_() >> 8 & 15];
}

std::span<const std::uint8_t> RtcpSession::make_report(const RtpSender& sender, RtpReceiver& receiver,
                                                       base::TimePoint now, base::WallTime wall, bool bye) {
  schedule(now);
  RtcpOutgoing packet{
      .ssrc = sender.ssrc(), .sender = {}, .report = {}, .cname = {cname_.data(), cname_.size()}, .bye = bye};
  if (sender.packets() > 0) {
    packet.sender = RtcpSenderInfo{.ntp = ntp_time(wall),
                                   .rtp_timestamp = sender.timestamp(),
                                   .packets = sender.packets(),
                                   .octets = sender.octets()};
  }
  if (receiver.started()) {
    const auto block = receiver.current().take_report();
    packet.report = RtcpReportBlock{.ssrc = receiver.current().ssrc(),
                                    .fraction_lost = block.fraction_lost,
                                    .cumulative_lost = block.cumulative_lost,
                                    .highest_sequence = block.highest_sequence,
                                    .jitter = block.jitter,
                                    .last_sr = last_sr_,
                                    .delay = last_sr_ == 0 ? 0 : short_units(now - last_sr_at_)};
  }
  return std::span(bytes_).first(write_rtcp(packet, bytes_));
}

void RtcpSession::schedule(base::TimePoint now) {
  // Between half and one and a half of the interval, so that sessions do not fall into step (RFC 3550
  // §6.3.1).
  next_ = now + kInterval / 2 + std::chrono::milliseconds(random_() % 5000);
}

bool RtcpSession::receive(std::span<const std::uint8_t> bytes, std::uint32_t our_ssrc, base::TimePoint now,
                          base::WallTime wall) {
  const auto summary = parse_rtcp(bytes, our_ssrc);
  if (!summary) return false;
  if (summary->sender) {
    last_sr_ = middle(summary->sender->ntp);
    last_sr_at_ = now;
  }
  if (summary->report) learn(*summary->report, wall);
  bye_ = bye_ || summary->bye;
  return true;
}

void RtcpSession::learn(const RtcpReportBlock& block, base::WallTime wall) {
  remote_.lost = block.cumulative_lost > 0 ? static_cast<std::uint64_t>(block.cumulative_lost) : 0;
  remote_.jitter = std::chrono::microseconds(std::uint64_t{block.jitter} * 1'000'000 / kClockRate);
  if (block.last_sr == 0) return;
  // RFC 3550 §6.4.1: now − last SR − delay since it; a value that wraps below zero is nonsense from outside.
  const std::uint32_t units = middle(ntp_time(wall)) - block.last_sr - block.delay;
  if (units < 0x80000000U) remote_.round_trip = from_short_units(units);
}

}  // namespace tonearm::media
