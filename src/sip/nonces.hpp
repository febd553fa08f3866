#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"

namespace tonearm::sip {

/// Nonces of digest challenges. One costs nothing until it was used with the right password: it carries its
/// time and is signed, together with the address that it was given to, by a key of this process. Then the
/// highest `nc` is kept, so that no response is taken twice. Threading: strand-bound (the signalling loop).
class Nonces {
 public:
  static constexpr std::chrono::minutes kLifetime{5};
  static constexpr std::size_t kUsedMax = 20'000;

  /// `used_max`: how many are remembered; beyond it the oldest are as good as expired.
  explicit Nonces(std::size_t used_max = kUsedMax);

  /// For a challenge to whoever is at `source` (an address).
  [[nodiscard]] std::string issue(std::string_view source, base::TimePoint now) const;
  /// True if it is ours, was given to `source` and has not expired.
  [[nodiscard]] bool is_current(std::string_view nonce, std::string_view source, base::TimePoint now) const;
  /// Notes a right response; false if its count is not higher than before: it is a repeat. Only for nonces
  /// that are current.
  bool use(std::string_view nonce, std::uint32_t count, base::TimePoint now);

  [[nodiscard]] std::size_t used() const { return counts_.size(); }

 private:
  using Mark = std::pair<std::uint64_t, std::uint64_t>;  // microseconds of issue, random
  [[nodiscard]] std::string sign(std::string_view head, std::string_view source) const;

  const std::size_t used_max_;
  const std::string key_;
  std::map<Mark, std::uint32_t> counts_;  // highest nc by nonce, oldest first
  std::optional<Mark> forgotten_;         // up to here counts are lost
};

}  // namespace tonearm::sip
