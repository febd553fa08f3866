#include "media/source_lock.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace tonearm::media {
namespace {

constexpr int kWindow = 8;  // sequence numbers that four are looked for in

}  // namespace

void SourceLock::set_rules(const Rules& rules, base::TimePoint now) {
  const bool moved = rules.signalled != rules_.signalled;
  // Coming back from hold, the far end gets its time to speak before its silence counts.
  if (rules_.held && !rules.held) last_heard_ = now;
  rules_ = rules;
  if (!moved) return;
  locked_ = {};
  candidates_ = {};
  signalled_until_ = now + kSignalledFirst;
}

SourceLock::Verdict SourceLock::judge(const Packet& packet, base::TimePoint now) {
  if (locked() && packet.source == locked_) {
    last_heard_ = now;
    return Verdict::accept;
  }
  if (!packet.negotiated || !eligible(packet.source)) return Verdict::stranger;
  if (locked() && !may_replace_lock(packet.source, now)) return Verdict::stranger;
  if (qualifies(packet, now)) return lock(packet.source, now);
  // The first packets of the address that was agreed on need not be lost to learning.
  return !locked() && packet.source == rules_.signalled ? Verdict::accept : Verdict::stranger;
}

bool SourceLock::eligible(const SourceAddress& source) const {
  if (rules_.signalled.empty()) return false;
  return rules_.may_move || source.same_host(rules_.signalled);
}

bool SourceLock::may_replace_lock(const SourceAddress& source, base::TimePoint now) const {
  if (source == rules_.signalled && now < signalled_until_) return true;
  return !rules_.held && now - last_heard_ >= kSilence;
}

bool SourceLock::qualifies(const Packet& packet, base::TimePoint now) {
  Candidate& candidate = candidate_for(packet.source);
  const int ahead = static_cast<std::int16_t>(packet.sequence - candidate.highest);
  const bool continues = candidate.seen != 0 && candidate.ssrc == packet.ssrc && std::abs(ahead) < kWindow;
  if (!continues) {
    candidate = {
        .source = packet.source, .ssrc = packet.ssrc, .highest = packet.sequence, .seen = 1, .last = {}};
  } else if (ahead > 0) {
    candidate.highest = packet.sequence;
    candidate.seen = static_cast<std::uint8_t>(candidate.seen << ahead | 1);
  } else {
    candidate.seen = static_cast<std::uint8_t>(candidate.seen | 1U << -ahead);
  }
  candidate.last = now;
  return std::popcount(candidate.seen) >= static_cast<int>(kPacketsToLearn);
}

SourceLock::Candidate& SourceLock::candidate_for(const SourceAddress& source) {
  const auto known = std::ranges::find(candidates_, source, &Candidate::source);
  if (known != candidates_.end()) return *known;
  Candidate& oldest = *std::ranges::min_element(candidates_, {}, &Candidate::last);
  // A flood from many sources must not push out the signalled address.
  const bool keep = oldest.source == rules_.signalled && !oldest.source.empty();
  Candidate& chosen = keep ? *std::ranges::max_element(candidates_, {}, &Candidate::last) : oldest;
  chosen = {};
  return chosen;
}

SourceLock::Verdict SourceLock::lock(const SourceAddress& source, base::TimePoint now) {
  const bool moved = source != peer();
  if (locked()) signalled_until_ = now + kSignalledFirst;
  locked_ = source;
  last_heard_ = now;
  candidates_ = {};
  return moved ? Verdict::accept_and_moved : Verdict::accept;
}

}  // namespace tonearm::media
