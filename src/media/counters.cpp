#include "media/counters.hpp"

#include <algorithm>
#include <numeric>

namespace tonearm::media {
namespace {

void sum(HistogramSnapshot& to, const DurationHistogram& from) {
  for (std::size_t i = 0; i < to.buckets.size(); ++i) to.buckets[i] += from.bucket(i);
  to.sum_microseconds += from.sum_microseconds();
}

}  // namespace

void DurationHistogram::add(std::chrono::nanoseconds duration) {
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count() / 1000, 0));
  const auto bound = std::ranges::lower_bound(kBucketMicroseconds, microseconds);
  buckets_[static_cast<std::size_t>(bound - kBucketMicroseconds.begin())].add();
  sum_.add(microseconds);
}

std::uint64_t HistogramSnapshot::count() const {
  return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

void MediaSnapshot::add(const ThreadCounters& c) {
  sessions += c.sessions.read();
  packets_sent += c.packets_sent.read();
  packets_received += c.packets_received.read();
  send_dropped += c.send_dropped.read();
  send_failed += c.send_failed.read();
  refused += c.refused.read();
  strangers += c.strangers.read();
  malformed += c.malformed.read();
  truncated += c.truncated.read();
  unknown_payload += c.unknown_payload.read();
  foreign_ssrc += c.foreign_ssrc.read();
  tap_dropped += c.tap_dropped.read();
  relay_dropped += c.relay_dropped.read();
  keys += c.keys.read();
  keys_dropped += c.keys_dropped.read();
  unknown_events += c.unknown_events.read();
  rtcp_sent += c.rtcp_sent.read();
  rtcp_received += c.rtcp_received.read();
  ticks += c.ticks.read();
  ticks_skipped += c.ticks_skipped.read();
  wakes += c.wakes.read();
  sum(lateness, c.lateness);
  sum(stop_latency, c.stop_latency);
}

}  // namespace tonearm::media
