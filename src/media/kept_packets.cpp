#include "media/kept_packets.hpp"

#include <utility>

namespace tonearm::media {

void KeptPackets::keep(call::CallId call, SessionPackets packets, base::TimePoint now) {
  kept_.push_back({call, now, std::move(packets)});
  while (kept_.size() > kSessions || now - kept_.front().since >= kKeep) kept_.pop_front();
}

std::vector<SessionPackets> KeptPackets::of(call::CallId call, base::TimePoint now) const {
  std::vector<SessionPackets> found;
  for (const Kept& kept : kept_) {
    if (kept.call == call && now - kept.since < kKeep) found.push_back(kept.packets);
  }
  return found;
}

}  // namespace tonearm::media
