#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

#include "base/clock.hpp"
#include "media/key.hpp"

namespace tonearm::media {

/// Decides which of a leg's sources is believed, so that a key that comes twice counts once. Where in-band
/// keys and SIP INFO are both believed, each INFO is paired with one key of the same digit in band, whichever
/// is first, if they are not further apart than `kSameKey`.
/// Threading: media thread; pure but for its own state.
class KeyArbiter {
 public:
  static constexpr std::chrono::milliseconds kSameKey{400};

  explicit KeyArbiter(KeySink& sink) : events_(*this), in_band_(*this), sink_(sink) {}
  KeyArbiter(const KeyArbiter&) = delete;
  KeyArbiter& operator=(const KeyArbiter&) = delete;

  void set_rules(KeySource source, bool events_negotiated);
  [[nodiscard]] bool takes_events() const { return takes_events_; }
  [[nodiscard]] bool takes_in_band() const { return takes_in_band_; }

  // Where the sources say what they hear.
  [[nodiscard]] KeySink& events() { return events_; }
  [[nodiscard]] KeySink& in_band() { return in_band_; }
  void on_info(Key key, base::TimePoint now);

 private:
  struct Events final : KeySink {
    explicit Events(KeyArbiter& to) : arbiter(to) {}
    void on_key_began(Key key, base::TimePoint when) override { arbiter.sink_.on_key_began(key, when); }
    void on_key_ended(Key key, base::TimePoint when) override { arbiter.sink_.on_key_ended(key, when); }
    KeyArbiter& arbiter;
  };
  struct InBand final : KeySink {
    explicit InBand(KeyArbiter& to) : arbiter(to) {}
    void on_key_began(Key key, base::TimePoint when) override { arbiter.on_in_band_began(key, when); }
    void on_key_ended(Key key, base::TimePoint when) override { arbiter.on_in_band_ended(key, when); }
    KeyArbiter& arbiter;
  };
  /// A key that was told, and whose like from the other source has not come.
  struct Single {
    Key key = Key::k0;
    base::TimePoint at;
  };
  /// More keys than a hand presses within `kSameKey`.
  class Singles {
   public:
    void add(Key key, base::TimePoint at);
    /// Takes the oldest that fits.
    bool take(Key key, base::TimePoint not_before);

   private:
    std::array<std::optional<Single>, 16> singles_;
    std::size_t next_ = 0;
  };
  struct Pressed {
    Key key = Key::k0;
    bool told = true;     // else INFO has told it
    bool paired = false;  // INFO has come
  };

  void on_in_band_began(Key key, base::TimePoint when);
  void on_in_band_ended(Key key, base::TimePoint when);

  Events events_;
  InBand in_band_;
  KeySink& sink_;
  bool takes_events_ = false;
  bool takes_in_band_ = false;
  bool takes_info_ = false;
  std::optional<Pressed> pressed_;  // in band
  Singles of_info_;
  Singles of_in_band_;
};

}  // namespace tonearm::media
