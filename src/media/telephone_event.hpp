#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "media/key.hpp"

namespace tonearm::media {

/// The payload of RFC 4733 §2.3, as far as keys need it. Threading: a value.
struct TelephoneEvent {
  Key key = Key::k0;
  bool end = false;
  std::uint16_t duration = 0;  ///< So far, of this segment [samples].
};

inline constexpr std::size_t kTelephoneEventBytes = 4;

/// Nothing if it is too short or its event is no key; volume and reserved bit are not looked at, nor what
/// stands behind the first event.
[[nodiscard]] std::optional<TelephoneEvent> parse_telephone_event(std::span<const std::uint8_t> payload);

[[nodiscard]] std::array<std::uint8_t, kTelephoneEventBytes> write_telephone_event(
    const TelephoneEvent& event);

}  // namespace tonearm::media
