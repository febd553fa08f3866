#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "media/codec.hpp"
#include "media/key.hpp"
#include "media/source_address.hpp"

namespace tonearm::media {

/// What one leg's audio was agreed to be. Threading: a value.
struct StreamSettings {
  SourceAddress remote;       ///< Where the far end says it receives; empty: send nothing.
  SourceAddress remote_rtcp;  ///< Empty: the port above.
  bool rtcp_mux = false;
  Codec codec = Codec::pcmu;
  std::uint8_t send_payload_type = 0;
  std::uint8_t receive_payload_type = 0;
  std::optional<std::uint8_t> send_event_payload_type;
  std::optional<std::uint8_t> receive_event_payload_type;
  unsigned ptime_ms = kFrameMs;  ///< 10 or 20.
  bool send = true;              ///< False on hold: frames are not sent, their time passes.
  bool held = false;             ///< The far end's silence means nothing.
  bool may_move = false;         ///< See SourceLock.
  KeySource keys = KeySource::automatic;

  /// Keys that we send: by telephone-event, else in band.
  [[nodiscard]] bool sends_events() const {
    return send_event_payload_type.has_value() && keys != KeySource::in_band;
  }
  /// Nothing if the payload is no audio: a key, comfort noise.
  [[nodiscard]] std::optional<Codec> audio_codec(std::uint8_t payload_type) const {
    if (payload_type == receive_payload_type) return codec;
    for (const Codec law : {Codec::pcmu, Codec::pcma})
      if (payload_type == static_payload_type(law)) return law;
    return std::nullopt;
  }
  /// Also static payload types of the other law: senders change between them without asking.
  [[nodiscard]] bool receives(std::uint8_t payload_type) const {
    constexpr std::uint8_t kComfortNoise = 13;  // RFC 3389
    return payload_type == receive_payload_type || payload_type == receive_event_payload_type ||
           payload_type == static_payload_type(Codec::pcmu) ||
           payload_type == static_payload_type(Codec::pcma) || payload_type == kComfortNoise;
  }
};

}  // namespace tonearm::media
