#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "notify/http_poster.hpp"

namespace tonearm::notify {

enum class Verdict {
  delivered,  ///< 2xx: SDK bots answer 202, others 200 or 204; all mean "accepted".
  refused,    ///< Will not get better: other 4xx, redirects without a target, a URL that may not be used.
  try_again,  ///< 408, 425, 429, 5xx, time-outs, connections that fail.
};

struct Outcome {
  Verdict verdict = Verdict::try_again;
  std::string reason;  ///< For people; names the class of failure, never what the far end wrote.
  std::optional<std::chrono::milliseconds> retry_after;
};

/// What an attempt's result means. Pure.
[[nodiscard]] Outcome judge(const base::Result<PostAnswer>& result, base::WallTime now);

/// Value of `Retry-After`: seconds or a date (RFC 9110 §10.2.3), never negative.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(const std::string& text,
                                                                         base::WallTime now);

/// Pause after the nth failure in a row (n from 0): 0.2·2ⁿ s with ± 20 % jitter, ≤ 10 s. `random` is in [0,
/// 1).
[[nodiscard]] std::chrono::milliseconds backoff(unsigned failures, double random);

}  // namespace tonearm::notify
