#include "media/leg_keys.hpp"

#include <utility>

#include "media/locked_memory.hpp"

namespace tonearm::media {

LegKeys::LegKeys(Playout& playout, std::function<void(Key)> tell)
    : playout_(playout), arbiter_(*this), events_(arbiter_.events()), reports_(std::move(tell)) {}

void LegKeys::set_rules(const StreamSettings& settings, base::TimePoint now) {
  arbiter_.set_rules(settings.keys, settings.receive_event_payload_type.has_value());
  if (!arbiter_.takes_events()) events_.finish(now);
  if (arbiter_.takes_in_band()) {
    if (!in_band_)
      in_band_ = std::allocate_shared<InBandKeys>(LockedAllocator<InBandKeys>(), arbiter_.in_band());
  } else if (in_band_) {
    in_band_->finish();
  }
}

void LegKeys::on_tick(base::TimePoint now) {
  events_.on_tick(now);
  if (in_band_) in_band_->on_tick(now);
}

void LegKeys::finish(base::TimePoint now) {
  events_.finish(now);
  if (in_band_) in_band_->finish();
}

void LegKeys::receive_event(const RtpPacket& packet, base::TimePoint arrival) {
  if (!arbiter_.takes_events()) return;
  if (const auto event = parse_telephone_event(packet.payload))
    events_.receive(packet.header, *event, arrival);
  else
    counters_->unknown_events.add();
}

void LegKeys::on_key_began(Key key, base::TimePoint when) {
  playout_.on_key_began(character_of(key), when);
}

void LegKeys::on_key_ended(Key key, base::TimePoint) {
  if (reports_.push(key))
    counters_->keys.add();
  else
    counters_->keys_dropped.add();
}

}  // namespace tonearm::media
