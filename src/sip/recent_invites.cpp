#include "sip/recent_invites.hpp"

#include <chrono>

#include <fmt/format.h>

namespace tonearm::sip {
namespace {

constexpr std::chrono::seconds kKept{32};   // 64·T1: a request that is older is not repeated any more
constexpr std::size_t kEndedMost = 10'000;  // 300 calls a second that end at once

}  // namespace

RecentInvites::Key RecentInvites::key_of(const Message& invite) {
  return fmt::format("{}\n{}\n{}", invite.cseq, invite.from.tag, invite.call_id);
}

bool RecentInvites::knows(const Key& key, base::TimePoint now) {
  forget_old(now);
  return known_.contains(key);
}

void RecentInvites::end(const Key& key, base::TimePoint now) {
  if (known_.contains(key)) ended_.emplace_back(now, key);
  forget_old(now);
}

void RecentInvites::forget_old(base::TimePoint now) {
  while (!ended_.empty() && (now - ended_.front().first >= kKept || ended_.size() > kEndedMost)) {
    known_.erase(ended_.front().second);
    ended_.pop_front();
  }
}

}  // namespace tonearm::sip
