#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace tonearm::sip {

/// What is known of one target of a trunk: does it answer? Fed by what calls, registrations and OPTIONS met
/// with. Pure. Threading: strand-bound (the signalling loop).
class TargetHealth {
 public:
  enum class State : std::uint8_t { unknown, up, down };

  /// `probe` = 0: nobody asks it, so it is given another chance when `kSitOut` has passed.
  explicit TargetHealth(std::chrono::milliseconds probe) : probe_(probe) {}

  /// Any response but 503 shows that somebody is there, also a refusal of OPTIONS itself.
  void on_response(int status, std::optional<std::chrono::seconds> retry_after, base::TimePoint now);
  /// Nothing came in time, or the transport broke.
  void on_silence(base::TimePoint now);

  [[nodiscard]] State state() const { return state_; }
  /// Calls prefer it to those that are not ready.
  [[nodiscard]] bool is_ready(base::TimePoint now) const;
  /// When to send OPTIONS again after one has ended; nothing: never.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next_probe() const;

  /// How long a target that nobody probes is left alone after it failed, and how long 503 without Retry-After
  /// counts.
  static constexpr std::chrono::seconds kSitOut{30};
  /// Longest Retry-After that is believed.
  static constexpr std::chrono::seconds kRetryAfterMax{300};

 private:
  std::chrono::milliseconds probe_;
  State state_ = State::unknown;
  base::TimePoint not_before_{};
};

}  // namespace tonearm::sip
