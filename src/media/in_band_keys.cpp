#include "media/in_band_keys.hpp"

#include <array>
#include <new>

#include <spandsp.h>
#undef lrint  // a macro that cuts off instead of rounding

namespace tonearm::media {
namespace {

constexpr unsigned kBlock = 102;  // of spandsp's detector [samples]

// Of what is accepted [dB, dBm0]. Twist: how much stronger the lower tone is, then the higher one (ITU-T Q.24
// lets networks differ up to 8 and 4). Level: callers' keys come at −5…−25; what is softer is somebody's
// radio.
constexpr int kTwist = 8;
constexpr int kReverseTwist = 4;
constexpr int kLevelMin = -36;

constexpr std::chrono::milliseconds time_of(unsigned samples) {
  return std::chrono::milliseconds(samples / kSamplesPerMs);
}

}  // namespace

void InBandKeys::Release::operator()(dtmf_rx_state_s* state) const {
  ::dtmf_rx_free(state);
}

InBandKeys::InBandKeys(KeySink& sink) : sink_(sink), detector_(::dtmf_rx_init(nullptr, nullptr, nullptr)) {
  if (!detector_) throw std::bad_alloc();
  ::dtmf_rx_set_realtime_callback(detector_.get(), &InBandKeys::on_change, this);
  ::dtmf_rx_parms(detector_.get(), /*filter_dialtone=*/0, kTwist, kReverseTwist, kLevelMin);
}

void InBandKeys::receive(Codec codec, const RtpHeader& header, std::span<const std::uint8_t> payload,
                         base::TimePoint arrival) {
  if (header.ssrc != ssrc_) window_.flush();  // its times are others
  ssrc_ = header.ssrc;
  window_.add(codec, header.timestamp, payload, arrival);
}

void InBandKeys::on_audio(std::span<const std::int16_t> samples, base::TimePoint when) {
  when_ = when;
  if (tone_) tone_->since += static_cast<unsigned>(samples.size());
  ::dtmf_rx(detector_.get(), samples.data(), static_cast<int>(samples.size()));
  // Two blocks later it has not ended: at least one of them was this key's too.
  if (!tone_ || tone_->told || tone_->since < 2 * kBlock) return;
  tone_->told = true;
  sink_.on_key_began(tone_->key, tone_->began);
}

void InBandKeys::on_lost(base::TimePoint when) {
  when_ = when;
  ::dtmf_rx_fillin(detector_.get(), 0);  // begins a new block; what it has heard stays
}

void InBandKeys::on_silence(base::TimePoint when) {
  constexpr std::array<std::int16_t, 3 * kBlock> kNothing{};
  when_ = when;
  ::dtmf_rx(detector_.get(), kNothing.data(), static_cast<int>(kNothing.size()));
}

void InBandKeys::on_change(void* self, int code, int, int) {
  auto& keys = *static_cast<InBandKeys*>(self);
  keys.end();
  if (code != 0) keys.begin(static_cast<char>(code));
}

void InBandKeys::begin(char digit) {
  if (const auto key = key_of(digit))
    tone_ = Tone{.key = *key, .began = when_ - time_of(3 * kBlock), .since = 0, .told = false};
}

void InBandKeys::end() {
  if (tone_ && tone_->told) sink_.on_key_ended(tone_->key, when_);
  tone_.reset();
}

}  // namespace tonearm::media
