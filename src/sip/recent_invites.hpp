#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/clock.hpp"
#include "sip/message.hpp"

namespace tonearm::sip {

/// INVITEs whose calls exist, or did a moment ago. Another one with the same From tag, Call-ID and CSeq that
/// belongs to no transaction is the same request once more, by another way: a proxy forked it and both
/// branches lead here (RFC 3261 §8.2.2.2). libre refuses those with the same Request-URI itself while the
/// first transaction lasts; a proxy that forks has given each branch its own. A value; threading:
/// strand-bound (the signalling loop).
class RecentInvites {
 public:
  using Key = std::string;

  [[nodiscard]] static Key key_of(const Message& invite);
  [[nodiscard]] bool knows(const Key& key, base::TimePoint now);
  void add(const Key& key) { known_.insert(key); }
  /// The call is over; the other way may be slower than it was.
  void end(const Key& key, base::TimePoint now);

  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  void forget_old(base::TimePoint now);

  std::unordered_set<Key> known_;
  std::deque<std::pair<base::TimePoint, Key>> ended_;  // oldest first
};

}  // namespace tonearm::sip
