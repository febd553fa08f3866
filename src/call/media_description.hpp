#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/endpoint.hpp"

namespace tonearm::call {

enum class Codec : std::uint8_t { pcmu, pcma };

/// As seen from us (RFC 3264 §5.1): `send_only` = we send, the far end has put us on hold.
enum class MediaDirection : std::uint8_t { send_receive, send_only, receive_only, inactive };

/// Where a leg's keys are heard: one source only (`dtmf` of its trunk or user).
enum class KeySource : std::uint8_t {
  automatic,  ///< RFC 4733 if negotiated, else in band and INFO.
  rfc4733,
  info,
  in_band
};

/// What offer and answer agreed on for one leg's audio. Made by signalling, obeyed by media. A value.
struct MediaDescription {
  base::Endpoint remote_rtp;   ///< Where the far end says it receives; port 0 never.
  base::Endpoint remote_rtcp;  ///< Its RTCP; equals `remote_rtp` with `rtcp_mux`.
  bool rtcp_mux = false;       ///< RFC 5761
  Codec codec = Codec::pcmu;
  std::uint8_t send_payload_type = 0;     ///< The far end's number for the codec.
  std::uint8_t receive_payload_type = 0;  ///< Ours.
  std::uint32_t clock_rate = 8000;
  std::optional<std::uint8_t> send_event_payload_type;     ///< telephone-event (RFC 4733), theirs
  std::optional<std::uint8_t> receive_event_payload_type;  ///< and ours
  std::chrono::milliseconds send_ptime{20};                ///< 10 or 20: 20 unless `a=maxptime` says less
  MediaDirection direction = MediaDirection::send_receive;
  bool remote_hold = false;  ///< The far end holds us: sendonly or inactive offered, or 0.0.0.0.
  /// Media may come from another address than the signalled one (private there, or `nat = true`).
  bool may_move = false;
  KeySource keys = KeySource::automatic;

  bool operator==(const MediaDescription&) const = default;
};

/// Where one of our media sessions receives.
struct LocalMedia {
  base::Endpoint rtp;
  base::Endpoint rtcp;  ///< Odd port beside it; unused if the far end multiplexes.
  bool operator==(const LocalMedia&) const = default;
};

}  // namespace tonearm::call
