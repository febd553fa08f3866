#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace tonearm::media {

/// A key of a telephone. The values are the event codes of RFC 4733 §3.2 (flash: RFC 4733 §7.1).
enum class Key : std::uint8_t { k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, star, pound, a, b, c, d, flash };

inline constexpr std::uint8_t kKeyCount = 17;
inline constexpr char kKeyCharacters[] = "0123456789*#ABCD!";

constexpr char character_of(Key key) {
  return kKeyCharacters[static_cast<std::size_t>(key)];
}
/// Nothing for what is no key of `0-9*#A-D`.
constexpr std::optional<Key> key_of(char character) {
  for (std::uint8_t code = 0; code < static_cast<std::uint8_t>(Key::flash); ++code)
    if (kKeyCharacters[code] == character) return Key(code);
  return std::nullopt;
}

/// Where a leg's keys are heard.
enum class KeySource : std::uint8_t {
  automatic,  ///< RFC 4733 if it was negotiated; else in band and SIP INFO.
  rfc4733,
  info,
  in_band
};

/// Hears of a leg's keys. Each key begins and ends once; another may begin and end in between.
/// Threading: called on the media thread; neither allocates nor locks.
class KeySink {
 public:
  virtual ~KeySink() = default;
  /// `when`: as near as is known to the moment at which it was pressed; not after now.
  virtual void on_key_began(Key key, base::TimePoint when) = 0;
  virtual void on_key_ended(Key key, base::TimePoint when) = 0;
};

}  // namespace tonearm::media
