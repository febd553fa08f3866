#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tonearm::sip {

/// Why credentials were not taken.
enum class AuthFailure : std::uint8_t {
  wrong,      ///< The password, or there is no such user.
  malformed,  ///< Not understood: another algorithm or qop, a part missing.
  stale,      ///< The nonce has expired or is not ours: the phone gets a new one and comes again.
  repeated,   ///< Right, but seen before.
  held_back,  ///< Not looked at: too many wrong ones before.
};
inline constexpr std::size_t kAuthFailures = 5;
[[nodiscard]] std::string_view to_string(AuthFailure failure);
/// One trunk as it is now: `tonearm_trunk_target_up{trunk,target}`, `tonearm_trunk_registered{trunk}`,
/// `tonearm_trunk_calls{trunk}`.
struct TrunkFigures {
  std::string trunk;
  std::vector<std::pair<std::string, bool>> targets;  ///< URI; false: it does not answer.
  std::optional<bool> registered;                     ///< Nothing: it does not register.
  std::size_t calls = 0;
};

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
  void set_trunks(std::vector<TrunkFigures> trunks);

  void count_failure(AuthFailure failure) {
    failures_[static_cast<std::size_t>(failure)].fetch_add(1, std::memory_order_relaxed);
  }
  void set_registrations(std::size_t count) { registrations_.store(count, std::memory_order_relaxed); }

  [[nodiscard]] std::map<Key, std::uint64_t> messages() const;
  [[nodiscard]] std::vector<TrunkFigures> trunks() const;
  /// `tonearm_sip_malformed_total`: parsed, but contradictory or incomplete. What libre could not parse at
  /// all is counted by `libre_complaints()`.
  [[nodiscard]] std::uint64_t malformed() const { return malformed_.load(std::memory_order_relaxed); }
  /// `tonearm_sip_unmatched_total`: responses and ACKs that belong to nothing.
  [[nodiscard]] std::uint64_t unmatched() const { return unmatched_.load(std::memory_order_relaxed); }
  /// `tonearm_sip_auth_failures_total{reason}`
  [[nodiscard]] std::uint64_t failures(AuthFailure failure) const {
    return failures_[static_cast<std::size_t>(failure)].load(std::memory_order_relaxed);
  }
  /// `tonearm_sip_registrations`: contacts that are registered now.
  [[nodiscard]] std::size_t registrations() const { return registrations_.load(std::memory_order_relaxed); }

 private:
  mutable std::mutex mutex_;  // guards messages_ and trunks_
  std::map<Key, std::uint64_t> messages_;
  std::vector<TrunkFigures> trunks_;
  std::atomic<std::uint64_t> malformed_{0};
  std::atomic<std::uint64_t> unmatched_{0};
  std::array<std::atomic<std::uint64_t>, kAuthFailures> failures_{};
  std::atomic<std::size_t> registrations_{0};
};

}  // namespace tonearm::sip
