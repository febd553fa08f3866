#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "media/source_address.hpp"

namespace tonearm::media {

/// Decides which source's RTP is the far end's. A phone behind NAT sends from elsewhere than it says, and
/// anyone may send to an open port; so a source is learned from packets that look like one stream, then
/// locked.
///
/// unlocked: only the signalled address is heard, while others may qualify: 4 packets in sequence, one SSRC,
/// a negotiated payload type; on a bad network 4 of 8, in any order (docs/decisions/0145). A qualified source
/// is locked; within 2 s the signalled one may still take its place. locked: everything else is a stranger,
/// until the lock has been silent for 500 ms (not on hold): then another source may qualify again. A new
/// signalled address unlocks. Threading: media thread; pure but for its own state.
class SourceLock {
 public:
  struct Rules {
    SourceAddress signalled;
    bool may_move = false;  ///< Another IP address may win (the signalled one is private, or `nat = true`).
    bool held = false;      ///< Silence means nothing now.
    bool operator==(const Rules&) const = default;
  };
  struct Packet {
    SourceAddress source;
    std::uint32_t ssrc = 0;
    std::uint16_t sequence = 0;
    bool negotiated = false;  ///< Its payload type is one that we agreed to receive.
  };
  enum class Verdict : std::uint8_t { accept, accept_and_moved, stranger };

  static constexpr unsigned kPacketsToLearn = 4;
  static constexpr std::chrono::milliseconds kSignalledFirst{2000};
  static constexpr std::chrono::milliseconds kSilence{500};

  /// Unlocks if the signalled address is another one.
  void set_rules(const Rules& rules, base::TimePoint now);
  Verdict judge(const Packet& packet, base::TimePoint now);

  [[nodiscard]] bool locked() const { return !locked_.empty(); }
  /// Where to send: the locked source, else the signalled address.
  [[nodiscard]] const SourceAddress& peer() const { return locked() ? locked_ : rules_.signalled; }

 private:
  struct Candidate {
    SourceAddress source;  // empty: free
    std::uint32_t ssrc = 0;
    std::uint16_t highest = 0;  // sequence number
    std::uint8_t seen = 0;      // bit i: highest − i; 0: nothing yet
    base::TimePoint last;
  };

  [[nodiscard]] bool eligible(const SourceAddress& source) const;
  [[nodiscard]] bool may_replace_lock(const SourceAddress& source, base::TimePoint now) const;
  bool qualifies(const Packet& packet, base::TimePoint now);
  Candidate& candidate_for(const SourceAddress& source);
  Verdict lock(const SourceAddress& source, base::TimePoint now);

  Rules rules_;
  SourceAddress locked_;
  base::TimePoint last_heard_;       // from the locked source
  base::TimePoint signalled_until_;  // the signalled address may displace another one until then
  std::array<Candidate, 4> candidates_;
};

}  // namespace tonearm::media
