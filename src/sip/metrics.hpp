#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace tonearm::sip {

/// `tonearm_sip_messages_total{direction,method,code}` and what was thrown away. Names of methods are a
/// closed set ("other" for the rest), codes are 0 for requests: strangers cannot make series. Threading:
/// thread-safe.
class Metrics {
 public:
  struct Key {
    bool sent = false;
    std::string method;
    int code = 0;
    auto operator<=>(const Key&) const = default;
  };

  /// By the text of a packet.
  void count_message(bool sent, std::string_view text);
  void count_malformed() { malformed_.fetch_add(1, std::memory_order_relaxed); }
  void count_unmatched() { unmatched_.fetch_add(1, std::memory_order_relaxed); }

  [[nodiscard]] std::map<Key, std::uint64_t> messages() const;
  /// `tonearm_sip_malformed_total`: parsed, but contradictory or incomplete. What libre could not parse at
  /// all is counted by `libre_complaints()`.
  [[nodiscard]] std::uint64_t malformed() const { return malformed_.load(std::memory_order_relaxed); }
  /// `tonearm_sip_unmatched_total`: responses and ACKs that belong to nothing.
  [[nodiscard]] std::uint64_t unmatched() const { return unmatched_.load(std::memory_order_relaxed); }

 private:
  mutable std::mutex mutex_;  // guards messages_
  std::map<Key, std::uint64_t> messages_;
  std::atomic<std::uint64_t> malformed_{0};
  std::atomic<std::uint64_t> unmatched_{0};
};

}  // namespace tonearm::sip
