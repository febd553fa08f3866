#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/clock.hpp"
#include "media/counters.hpp"
#include "media/dual_tone.hpp"
#include "media/key.hpp"
#include "media/key_sender.hpp"
#include "media/leg_keys.hpp"
#include "media/packet_io.hpp"
#include "media/packet_trace.hpp"
#include "media/playout.hpp"
#include "media/receive_tap.hpp"
#include "media/relay.hpp"
#include "media/reports.hpp"
#include "media/rtcp_session.hpp"
#include "media/rtp_receiver.hpp"
#include "media/rtp_sender.hpp"
#include "media/rtp_sockets.hpp"
#include "media/source_lock.hpp"
#include "media/stream_settings.hpp"
#include "media/tick_schedule.hpp"

namespace tonearm::media {

/// One moment on both clocks, taken once per wake.
struct WakeTime {
  base::TimePoint now;
  base::WallTime wall;
  std::uint64_t wake = 0;  ///< Counts wakes.

  /// The steady time of a kernel stamp; `now` if there is none.
  [[nodiscard]] base::TimePoint arrival(std::chrono::nanoseconds stamped) const {
    if (stamped.count() == 0) return now;
    return now - (wall.time_since_epoch() - stamped);
  }
  /// The same for people.
  [[nodiscard]] base::WallTime wall_arrival(std::chrono::nanoseconds stamped) const {
    if (stamped.count() == 0) return wall;
    return base::WallTime(std::chrono::duration_cast<base::WallClock::duration>(stamped));
  }
};

/// The half of a session that lives on its media thread: one leg's audio, out and in.
/// Threading: media thread between attach and close; made and destroyed elsewhere.
class Stream {
 public:
  struct Options {
    std::chrono::milliseconds lost_after{30'000};  ///< `media.timeout`
    std::shared_ptr<ReceiveTap> tap;
  };

  Stream(RtpSockets sockets, Options options, std::function<void()> tell_media_lost,
         std::function<void(Key)> tell_key);

  void attach(ThreadCounters& counters, PacketIo& io);
  /// Stops receiving; `is_detached` tells when the sockets may be closed. Says BYE.
  void detach(const WakeTime& time);
  bool is_detached();
  /// After that, off the media thread.
  void close_sockets();

  void update(const StreamSettings& settings, base::TimePoint now);
  /// Answers the one before, to be destroyed elsewhere.
  std::shared_ptr<ReceiveTap> exchange_tap(std::shared_ptr<ReceiveTap> tap);
  /// What is received goes there, and what comes from there is sent, beside what the session plays. Answers
  /// the one before, to be destroyed elsewhere.
  std::unique_ptr<Relay> exchange_relay(std::unique_ptr<Relay> relay);
  [[nodiscard]] Playout& playout() { return playout_; }
  [[nodiscard]] LegKeys& keys() { return keys_; }
  [[nodiscard]] KeySender& key_sender() { return key_sender_; }
  [[nodiscard]] const PacketTrace& packets() const { return packets_; }
  [[nodiscard]] unsigned interval() const { return settings_.ptime_ms; }  ///< [ticks]

  void on_tick(TickSchedule::Tick tick, const WakeTime& time);
  /// In every wake with ticks: stages what the other side of the relay has said.
  void on_relay(const WakeTime& time);
  void on_datagram(const Datagram& datagram, bool on_rtcp_port, const WakeTime& time);
  void on_send_failure(int error, bool rtcp);
  /// After the submission of what `on_tick` staged.
  template <class Report>
  void settle(Report&& report) {
    playout_.settle(report);
    keys_.settle(report);
    key_sender_.settle(report);
    if (lost_ == Lost::found) {
      lost_ = Lost::told;
      report(media_lost_);
    }
  }

  [[nodiscard]] StreamStats stats() const;
  [[nodiscard]] const base::Endpoint& local_rtp() const { return sockets_.local_rtp; }
  [[nodiscard]] const base::Endpoint& local_rtcp() const { return sockets_.local_rtcp; }

  // Tokens of its sockets: the address, and the lowest bit for RTCP.
  [[nodiscard]] IoToken token(bool rtcp) const { return reinterpret_cast<IoToken>(this) | (rtcp ? 1U : 0U); }
  static Stream& of(IoToken token) { return *reinterpret_cast<Stream*>(token & ~IoToken{1}); }
  static bool is_rtcp(IoToken token) { return (token & 1) != 0; }

 private:
  enum class Lost : std::uint8_t { no, found, told };
  struct Destination {
    sockaddr_storage address{};
    socklen_t length = 0;
    void set(const SourceAddress& source) { length = source.store(address); }
  };

  [[nodiscard]] bool sending() const { return settings_.send && rtp_to_.length != 0; }
  void send_frame(const WakeTime& time);
  void stage_rtp(std::span<const std::uint8_t> bytes, const WakeTime& time);
  [[nodiscard]] bool relay_flows(base::TimePoint now) const { return relay_ && relay_->flowing(now); }
  std::span<const std::uint8_t> packet_of(const Playout::Frame& frame, std::size_t samples);
  std::span<const std::uint8_t> packet_of(const KeySender::Frame& key, std::size_t samples);
  void send_rtcp(const WakeTime& time, bool bye);
  void on_rtp(const Datagram& datagram, const WakeTime& time);
  void on_rtcp(const Datagram& datagram, const WakeTime& time);
  [[nodiscard]] bool is_event(const RtpHeader& header) const {
    return header.payload_type == settings_.receive_event_payload_type;
  }
  void take(const RtpPacket& packet, base::TimePoint arrival);
  void follow_peer();
  void watch_for_loss(base::TimePoint now);

  RtpSockets sockets_;
  PacketIo* io_ = nullptr;
  ThreadCounters* counters_ = nullptr;
  PacketIo::Slot rtp_slot_ = 0;
  PacketIo::Slot rtcp_slot_ = 0;
  bool rtp_idle_ = false;
  bool rtcp_idle_ = false;

  StreamSettings settings_;
  Playout playout_;
  RtpSender sender_;
  SourceLock source_;
  RtpReceiver receiver_;
  RtcpSession rtcp_;
  LegKeys keys_;
  KeySender key_sender_;
  DualTone key_tone_;
  Destination rtp_to_;
  Destination rtcp_to_;
  std::shared_ptr<ReceiveTap> tap_;
  std::unique_ptr<Relay> relay_;
  PacketTrace packets_;

  TickSchedule::Tick next_tick_ = 0;  // 0: the next one, whichever it is
  std::uint64_t last_wake_ = 0;
  bool frame_was_played_ = false;  // the frame staged last came from an operation

  const std::chrono::milliseconds lost_after_;
  base::TimePoint last_heard_;
  Lost lost_ = Lost::no;
  ReportMail media_lost_;

  std::uint64_t strangers_ = 0;
  std::uint64_t send_dropped_ = 0;
  std::uint64_t malformed_ = 0;
  std::uint64_t source_changes_ = 0;
};

}  // namespace tonearm::media
