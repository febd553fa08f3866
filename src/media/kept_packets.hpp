#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <vector>

#include "base/clock.hpp"
#include "call/ids.hpp"
#include "media/packet_trace.hpp"

namespace tonearm::media {

/// What sessions handed over when they closed, for whoever asks what was wrong with the call. Bounded in time
/// and number: the oldest go. Threading: none of its own.
class KeptPackets {
 public:
  static constexpr std::chrono::minutes kKeep{10};
  static constexpr std::size_t kSessions = 1024;  ///< 24 KiB each at most.

  void keep(call::CallId call, SessionPackets packets, base::TimePoint now);
  [[nodiscard]] std::vector<SessionPackets> of(call::CallId call, base::TimePoint now) const;
  [[nodiscard]] std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    call::CallId call;
    base::TimePoint since;
    SessionPackets packets;
  };

  std::deque<Kept> kept_;  // oldest first
};

}  // namespace tonearm::media
