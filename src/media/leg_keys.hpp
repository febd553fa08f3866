#pragma once

#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "media/codec.hpp"
#include "media/counters.hpp"
#include "media/in_band_keys.hpp"
#include "media/key.hpp"
#include "media/key_arbiter.hpp"
#include "media/key_events.hpp"
#include "media/key_reports.hpp"
#include "media/playout.hpp"
#include "media/rtp_packet.hpp"
#include "media/stream_settings.hpp"

namespace tonearm::media {

/// The keys that one leg presses: heard at their sources, one source believed, told when they end.
/// Threading: media thread; neither allocates nor locks.
class LegKeys final : public KeySink {
 public:
  /// `playout` hears of keys as they begin: one may end what is recorded. `tell` is called on the
  /// dispatcher's thread, in the order in which keys ended.
  LegKeys(Playout& playout, std::function<void(Key)> tell);

  void attach(ThreadCounters& counters) { counters_ = &counters; }
  /// May allocate.
  void set_rules(const StreamSettings& settings, base::TimePoint now);
  /// Any packet of the far end, also one that came twice: keys tell them apart by themselves.
  void receive_event(const RtpPacket& packet, base::TimePoint arrival);
  /// A key by signalling.
  void inject(Key key, base::TimePoint now) { arbiter_.on_info(key, now); }
  /// Sound of the far end.
  void receive_audio(const RtpPacket& packet, Codec codec, base::TimePoint arrival) {
    if (arbiter_.takes_in_band()) in_band_->receive(codec, packet.header, packet.payload, arrival);
  }
  void on_tick(base::TimePoint now);
  /// The session ends: what is pressed is a key.
  void finish(base::TimePoint now);
  template <class Report>
  void settle(Report&& report) {
    reports_.settle(report);
  }

 private:
  void on_key_began(Key key, base::TimePoint when) override;
  void on_key_ended(Key key, base::TimePoint when) override;

  Playout& playout_;
  ThreadCounters* counters_ = nullptr;
  KeyArbiter arbiter_;
  KeyEvents events_;
  std::shared_ptr<InBandKeys> in_band_;  // once it is wanted
  KeyReports reports_;
};

}  // namespace tonearm::media
