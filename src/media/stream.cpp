#include "media/stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/random.hpp"

namespace tonearm::media {
namespace {

std::uint32_t random_word() {
  return static_cast<std::uint32_t>(base::random_word());
}

}  // namespace

Stream::Stream(RtpSockets sockets, Options options, std::function<void()> tell_media_lost,
               std::function<void(Key)> tell_key)
    : sockets_(std::move(sockets)),
      // Random starts make plain-text attacks on encrypted media harder (RFC 3550 §5.1).
      sender_(random_word(), static_cast<std::uint16_t>(random_word()), random_word()),
      rtcp_(random_word()),
      keys_(playout_, std::move(tell_key)),
      tap_(std::move(options.tap)),
      lost_after_(options.lost_after),
      media_lost_(std::move(tell_media_lost)) {}

void Stream::attach(ThreadCounters& counters, PacketIo& io) {
  counters_ = &counters;
  keys_.attach(counters);
  io_ = &io;
  rtp_slot_ = io.add(sockets_.rtp.get(), token(false));
  rtcp_slot_ = io.add(sockets_.rtcp.get(), token(true));
}

void Stream::detach(const WakeTime& time) {
  playout_.clear(time.now);
  key_sender_.clear();
  keys_.finish(time.now);
  if (sender_.packets() > 0 && rtcp_to_.length != 0) send_rtcp(time, true);
  io_->remove(rtp_slot_);
  io_->remove(rtcp_slot_);
}

bool Stream::is_detached() {
  rtp_idle_ = rtp_idle_ || io_->is_idle(rtp_slot_);
  rtcp_idle_ = rtcp_idle_ || io_->is_idle(rtcp_slot_);
  return rtp_idle_ && rtcp_idle_;
}

void Stream::close_sockets() {
  sockets_.rtp = Descriptor();
  sockets_.rtcp = Descriptor();
}

void Stream::update(const StreamSettings& settings, base::TimePoint now) {
  if (settings.ptime_ms != settings_.ptime_ms) next_tick_ = 0;
  if (settings_.remote.empty() || settings_.held) last_heard_ = now;
  if (settings.remote != settings_.remote) receiver_.expect_new_stream();
  settings_ = settings;
  if (settings_.remote.is_unspecified()) settings_.remote = {};
  source_.set_rules({.signalled = settings_.remote, .may_move = settings_.may_move, .held = settings_.held},
                    now);
  keys_.set_rules(settings_, now);
  follow_peer();
}

std::shared_ptr<ReceiveTap> Stream::exchange_tap(std::shared_ptr<ReceiveTap> tap) {
  return std::exchange(tap_, std::move(tap));
}

std::unique_ptr<Relay> Stream::exchange_relay(std::unique_ptr<Relay> relay) {
  return std::exchange(relay_, std::move(relay));
}

/// Sends go to where RTP really comes from; RTCP to its port as signalled, or beside a learned one.
void Stream::follow_peer() {
  const SourceAddress& peer = source_.peer();
  rtp_to_.set(peer);
  SourceAddress rtcp = peer;
  if (!settings_.rtcp_mux && !peer.empty()) {
    const bool signalled = peer == settings_.remote && !settings_.remote_rtcp.empty();
    rtcp = signalled ? settings_.remote_rtcp : peer.with_port(static_cast<std::uint16_t>(peer.port() + 1));
  }
  rtcp_to_.set(rtcp);
}

void Stream::on_tick(TickSchedule::Tick tick, const WakeTime& time) {
  // Two late ticks of a 10 ms stream in one wake: the second counts as missed, packets are not bunched.
  if (std::exchange(last_wake_, time.wake) == time.wake) return;
  const unsigned samples = settings_.ptime_ms * kSamplesPerMs;
  if (next_tick_ != 0 && tick > next_tick_) {
    const auto missed = static_cast<std::uint32_t>((tick - next_tick_) / settings_.ptime_ms);
    if (missed != 0 && !relay_flows(time.now)) sender_.gap(missed * samples);
  }
  next_tick_ = tick + settings_.ptime_ms;
  keys_.on_tick(time.now);
  send_frame(time);
  if (rtcp_to_.length != 0 && rtcp_.due(time.now)) send_rtcp(time, false);
  watch_for_loss(time.now);
}

void Stream::send_frame(const WakeTime& time) {
  const std::size_t samples = std::size_t{settings_.ptime_ms} * kSamplesPerMs;
  const Playout::Frame frame = playout_.next(settings_.codec, samples, time.now);
  const KeySender::Frame key = key_sender_.next(settings_.sends_events(), sender_.timestamp(), samples);
  frame_was_played_ = false;
  const bool is_key = key.kind != KeySender::Frame::Kind::none;
  if (!is_key && !frame.of_operation && relay_flows(time.now)) return;
  if (relay_) relay_->yield_to(sender_, time.now);
  if (!sending()) return sender_.gap(static_cast<std::uint32_t>(samples));
  stage_rtp(is_key ? packet_of(key, samples) : packet_of(frame, samples), time);
  if (is_key || !frame.of_operation) return;
  frame_was_played_ = true;
  playout_.frame_sent(std::chrono::milliseconds(settings_.ptime_ms));
}

void Stream::stage_rtp(std::span<const std::uint8_t> bytes, const WakeTime& time) {
  io_->stage({.fd = sockets_.rtp.get(),
              .to = reinterpret_cast<const sockaddr*>(&rtp_to_.address),
              .to_length = rtp_to_.length,
              .bytes = bytes,
              .token = token(false)});
  packets_.add(time.wall, true, source_.peer(), bytes);
  counters_->packets_sent.add();
}

/// While a key is sent, or on hold, what the other side says is not heard.
void Stream::on_relay(const WakeTime& time) {
  relay_->begin_wake();
  while (relay_->may_send()) {
    const auto packet = relay_->next();
    if (!packet) return;
    if (!sending() || key_sender_.busy()) continue;
    frame_was_played_ = false;
    const auto bytes = relay_->make(*packet, settings_.codec, settings_.send_payload_type, sender_, time.now);
    if (!bytes.empty()) stage_rtp(bytes, time);
  }
}

std::span<const std::uint8_t> Stream::packet_of(const Playout::Frame& frame, std::size_t samples) {
  if (frame.bytes != nullptr) return sender_.packet(settings_.send_payload_type, {frame.bytes, samples});
  return sender_.silence(settings_.send_payload_type, silence_byte(settings_.codec), samples);
}

std::span<const std::uint8_t> Stream::packet_of(const KeySender::Frame& key, std::size_t samples) {
  if (key.kind == KeySender::Frame::Kind::event) {
    // Agreed on anew in mid-key: it ends unsent.
    if (!settings_.send_event_payload_type) return packet_of(Playout::Frame{}, samples);
    return sender_.event(*settings_.send_event_payload_type, write_telephone_event(key.event), key.timestamp,
                         key.marker, samples);
  }
  if (key.marker) key_tone_.start(key.event.key);
  std::array<std::uint8_t, RtpSender::kPayloadMax> sound;
  const auto bytes = std::span(sound).first(samples);
  key_tone_.next(settings_.codec, bytes);
  return sender_.packet(settings_.send_payload_type, bytes);
}

void Stream::send_rtcp(const WakeTime& time, bool bye) {
  const auto bytes = rtcp_.make_report(sender_, receiver_, time.now, time.wall, bye);
  io_->stage({.fd = settings_.rtcp_mux ? sockets_.rtp.get() : sockets_.rtcp.get(),
              .to = reinterpret_cast<const sockaddr*>(&rtcp_to_.address),
              .to_length = rtcp_to_.length,
              .bytes = bytes,
              .token = token(true)});
  counters_->rtcp_sent.add();
}

void Stream::on_send_failure(int error, bool rtcp) {
  if (error == EAGAIN || error == ENOBUFS)
    counters_->send_dropped.add();
  else if (error == ECONNREFUSED)
    counters_->refused.add();
  else
    counters_->send_failed.add();
  if (rtcp) return;
  ++send_dropped_;
  packets_.take_back_sent();
  counters_->packets_sent.set(counters_->packets_sent.read() - 1);
  if (std::exchange(frame_was_played_, false))
    playout_.frame_failed(std::chrono::milliseconds(settings_.ptime_ms));
}

void Stream::on_datagram(const Datagram& datagram, bool on_rtcp_port, const WakeTime& time) {
  if (datagram.truncated) return counters_->truncated.add();
  if (on_rtcp_port || looks_like_rtcp(datagram.bytes))
    on_rtcp(datagram, time);
  else
    on_rtp(datagram, time);
}

void Stream::on_rtp(const Datagram& datagram, const WakeTime& time) {
  const auto packet = parse_rtp(datagram.bytes);
  if (!packet) {
    ++malformed_;
    return counters_->malformed.add();
  }
  const bool negotiated = settings_.receives(packet->header.payload_type);
  const auto source = SourceAddress::from(datagram.source);
  const auto verdict = source_.judge({.source = source,
                                      .ssrc = packet->header.ssrc,
                                      .sequence = packet->header.sequence,
                                      .negotiated = negotiated},
                                     time.now);
  if (verdict == SourceLock::Verdict::stranger) {
    ++strangers_;
    return counters_->strangers.add();
  }
  if (verdict == SourceLock::Verdict::accept_and_moved) {
    ++source_changes_;
    receiver_.expect_new_stream();
    follow_peer();
  }
  last_heard_ = time.now;
  packets_.add(time.wall_arrival(datagram.stamped), false, source, datagram.bytes);
  if (!negotiated) return counters_->unknown_payload.add();
  take(*packet, time.arrival(datagram.stamped));
}

void Stream::take(const RtpPacket& packet, base::TimePoint arrival) {
  const bool event = is_event(packet.header);
  if (event) keys_.receive_event(packet, arrival);
  // Gateways send keys under an SSRC of their own, also while they send no sound: that does not make it the
  // stream's.
  if (event && receiver_.is_other(packet.header.ssrc)) return counters_->foreign_ssrc.add();
  const auto verdict = receiver_.receive(packet.header, !event, arrival);
  if (verdict == RtpReceiver::Verdict::foreign_ssrc) return counters_->foreign_ssrc.add();
  if (verdict == RtpReceiver::Verdict::duplicate) return;
  counters_->packets_received.add();
  if (const auto codec = settings_.audio_codec(packet.header.payload_type); codec && !event) {
    keys_.receive_audio(packet, *codec, arrival);
    // What comes on hold is music, or nothing: a recording goes on as silence.
    if (!settings_.held) playout_.hear({*codec, packet.header, packet.payload, arrival});
    if (relay_ && !relay_->pass_on(*codec, packet.header, packet.payload)) counters_->relay_dropped.add();
  }
  if (!tap_) return;
  TappedPacket copy;
  copy.arrival = arrival;
  copy.header = packet.header;
  copy.size = static_cast<std::uint16_t>(std::min(packet.payload.size(), TappedPacket::kPayloadMax));
  std::ranges::copy(packet.payload.first(copy.size), copy.payload.begin());
  if (!tap_->push(copy)) counters_->tap_dropped.add();
}

void Stream::on_rtcp(const Datagram& datagram, const WakeTime& time) {
  const auto source = SourceAddress::from(datagram.source);
  const SourceAddress& peer = source_.peer();
  if (peer.empty() || (!source.same_host(peer) && !source.same_host(settings_.remote))) {
    ++strangers_;
    return counters_->strangers.add();
  }
  if (!rtcp_.receive(datagram.bytes, sender_.ssrc(), time.now, time.wall)) {
    ++malformed_;
    return counters_->malformed.add();
  }
  counters_->rtcp_received.add();
  last_heard_ = time.now;
}

void Stream::watch_for_loss(base::TimePoint now) {
  if (settings_.held || settings_.remote.empty()) last_heard_ = now;
  if (lost_ == Lost::no && now - last_heard_ >= lost_after_) lost_ = Lost::found;
}

StreamStats Stream::stats() const {
  return {.packets_sent = sender_.packets() - send_dropped_,
          .packets_received = receiver_.received(),
          .packets_lost = receiver_.lost(),
          .strangers = strangers_,
          .send_dropped = send_dropped_,
          .malformed = malformed_,
          .source_changes = source_changes_,
          .jitter = receiver_.jitter(),
          .remote_lost = rtcp_.remote().lost,
          .remote_jitter = rtcp_.remote().jitter,
          .round_trip = rtcp_.remote().round_trip};
}

}  // namespace tonearm::media
