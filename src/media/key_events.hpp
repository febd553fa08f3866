#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "media/key.hpp"
#include "media/rtp_packet.hpp"
#include "media/telephone_event.hpp"

namespace tonearm::media {

/// Keys out of the telephone-events of RFC 4733. A key is what shares SSRC and RTP timestamp, however many of
/// its packets come, in whatever order: one of them is enough, and none makes a second key. It ends with its
/// end bit, when the next key begins, or when nothing more of it comes.
/// Threading: media thread; pure but for its own state.
class KeyEvents {
 public:
  /// No update for so long: its end was lost (updates come every 20…50 ms).
  static constexpr std::chrono::milliseconds kEndLost{150};

  explicit KeyEvents(KeySink& sink) : sink_(sink) {}

  void receive(const RtpHeader& header, const TelephoneEvent& event, base::TimePoint arrival);
  /// After everything that has arrived was received, so that a stall of ours does not end a key.
  void on_tick(base::TimePoint now);
  /// Nothing more will come: the key that is pressed ends.
  void finish(base::TimePoint now);

 private:
  /// A key that outlasts its duration field goes on as another segment (RFC 4733 §2.5.1.3).
  struct Segment {
    Key key = Key::k0;
    std::uint32_t ssrc = 0;
    std::uint32_t timestamp = 0;
    std::uint16_t duration = 0;  // the longest seen
    bool ended = false;          // by its own word, or gone on with

    [[nodiscard]] bool is(const Segment& other) const;
    [[nodiscard]] bool is_older_than(const Segment& other) const;
    [[nodiscard]] bool continues(const Segment& other) const;
  };
  /// Of keys that are over, so that their late packets are known: 3 s and more of quick typing.
  static constexpr std::size_t kRemembered = 32;

  [[nodiscard]] bool is_over(const Segment& segment);
  void remember(const Segment& segment);

  KeySink& sink_;
  std::optional<Segment> pressed_;  // its latest segment
  base::TimePoint updated_;
  std::array<std::optional<Segment>, kRemembered> over_;
  std::size_t next_over_ = 0;
};

}  // namespace tonearm::media
