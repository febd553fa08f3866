#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tonearm::media {

/// A number that one thread counts up and others may read at any time: as cheap as a plain integer.
/// Threading: `add` and `set` from one thread, `read` from any.
class Counter {
 public:
  void add(std::uint64_t n = 1) { set(read() + n); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Upper bounds of the buckets of both histograms [µs]; what is above goes to a last one.
inline constexpr std::array<std::uint32_t, 14> kBucketMicroseconds = {
    5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10'000, 20'000, 100'000, 500'000};

/// Threading: as Counter.
class DurationHistogram {
 public:
  void add(std::chrono::nanoseconds duration);
  [[nodiscard]] std::uint64_t bucket(std::size_t index) const { return buckets_[index].read(); }
  [[nodiscard]] std::uint64_t sum_microseconds() const { return sum_.read(); }

 private:
  std::array<Counter, kBucketMicroseconds.size() + 1> buckets_;
  Counter sum_;
};

/// What one media thread counts. Threading: written by its thread, read by any.
struct ThreadCounters {
  Counter sessions;  ///< Open now.
  Counter packets_sent;
  Counter packets_received;  ///< RTP of the far end, strangers and malformed not counted.
  Counter send_dropped;      ///< The kernel had no room (EAGAIN, ENOBUFS).
  Counter send_failed;       ///< Any other reason.
  Counter refused;           ///< ECONNREFUSED
  Counter strangers;         ///< Not from the far end.
  Counter malformed;
  Counter truncated;        ///< Longer than a receive buffer.
  Counter unknown_payload;  ///< Payload types that were not agreed on.
  Counter foreign_ssrc;     ///< A second SSRC beside a living one.
  Counter tap_dropped;      ///< A recorder's ring was full.
  Counter relay_dropped;    ///< The other session of a relay did not take it away.
  Counter keys;             ///< Heard, each once.
  Counter keys_dropped;     ///< A session's ring was full.
  Counter unknown_events;   ///< telephone-events that are no key.
  Counter rtcp_sent;
  Counter rtcp_received;
  Counter ticks;
  Counter ticks_skipped;  ///< Not made up after a stall.
  Counter wakes;
  DurationHistogram lateness;      ///< Of ticks, against their time.
  DurationHistogram stop_latency;  ///< Stop posted → source cut.
};

/// Plain numbers, summed over threads. Threading: a value.
struct HistogramSnapshot {
  std::array<std::uint64_t, kBucketMicroseconds.size() + 1> buckets{};
  std::uint64_t sum_microseconds = 0;
  [[nodiscard]] std::uint64_t count() const;
};

struct MediaSnapshot {
  std::uint64_t sessions = 0, packets_sent = 0, packets_received = 0, send_dropped = 0, send_failed = 0,
                refused = 0, strangers = 0, malformed = 0, truncated = 0, unknown_payload = 0,
                foreign_ssrc = 0, tap_dropped = 0, relay_dropped = 0, keys = 0, keys_dropped = 0,
                unknown_events = 0, rtcp_sent = 0, rtcp_received = 0, ticks = 0, ticks_skipped = 0, wakes = 0;
  std::uint64_t ordinary_threads = 0;  ///< Media threads that got no raised priority.
  std::uint64_t locks_refused = 0;     ///< Times that memory could not be locked.
  HistogramSnapshot lateness;
  HistogramSnapshot stop_latency;

  void add(const ThreadCounters& counters);
};

}  // namespace tonearm::media
