#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "media/audio_window.hpp"
#include "media/codec.hpp"
#include "media/key.hpp"
#include "media/rtp_packet.hpp"

struct dtmf_rx_state_s;  // spandsp's

namespace tonearm::media {

/// Keys out of the sound of the far end, with spandsp's detector. It hears the two tones in blocks of 12.75
/// ms; two blocks that agree begin a key, two without it end it. Speech has such moments too: a key counts
/// from its third block on. Threading: made and destroyed where memory may be had; the rest on the media
/// thread, without allocation.
class InBandKeys final : AudioSink {
 public:
  explicit InBandKeys(KeySink& sink);
  InBandKeys(const InBandKeys&) = delete;
  InBandKeys& operator=(const InBandKeys&) = delete;

  /// Sound of the far end, in any order.
  void receive(Codec codec, const RtpHeader& header, std::span<const std::uint8_t> payload,
               base::TimePoint arrival);
  void on_tick(base::TimePoint now) { window_.on_tick(now); }
  /// Nothing more will come.
  void finish() { window_.flush(); }

 private:
  struct Release {
    void operator()(dtmf_rx_state_s* state) const;
  };
  /// What the detector hears now.
  struct Tone {
    Key key = Key::k0;
    base::TimePoint began;
    unsigned since = 0;  ///< The detector was sure [samples].
    bool told = false;
  };

  void on_audio(std::span<const std::int16_t> samples, base::TimePoint when) override;
  void on_lost(base::TimePoint when) override;
  void on_silence(base::TimePoint when) override;
  static void on_change(void* self, int code, int level, int duration);
  void begin(char digit);
  void end();

  KeySink& sink_;
  AudioWindow window_{*this};
  const std::unique_ptr<dtmf_rx_state_s, Release> detector_;
  std::uint32_t ssrc_ = 0;
  std::optional<Tone> tone_;
  base::TimePoint when_;  // of what the detector hears
};

}  // namespace tonearm::media
