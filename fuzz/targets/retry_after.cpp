#include "notify/verdict.hpp"
#include "support/targets.hpp"

// How long a webhook wants us to wait.

namespace tonearm::fuzz {

void retry_after(Bytes bytes) {
  const std::string text(text_of(bytes));
  const auto wait = notify::parse_retry_after(text, base::WallTime(std::chrono::seconds(1'700'000'000)));
  require(!wait || wait->count() >= 0, "nobody waits less than not at all");
  require(!wait || *wait < std::chrono::hours(24 * 366 * 8100), "the last year that can be written is 9999");
}

}  // namespace tonearm::fuzz
