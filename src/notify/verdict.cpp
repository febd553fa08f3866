#include "notify/verdict.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

#include <time.h>

#include "net/errc.hpp"

namespace tonearm::notify {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstPause{200};
constexpr milliseconds kLongestPause{10'000};

Verdict verdict_on(int status) {
  if (status >= 200 && status < 300) return Verdict::delivered;
  if (status == 408 || status == 425 || status == 429) return Verdict::try_again;
  return status >= 300 && status < 500 ? Verdict::refused : Verdict::try_again;
}

/// Some failures are about the URL, not about the moment.
Verdict verdict_on(const std::error_code& failure) {
  const bool lasting = failure == net::NetErrc::invalid_url || failure == net::NetErrc::address_refused ||
                       failure == net::NetErrc::too_many_redirects;
  return lasting ? Verdict::refused : Verdict::try_again;
}

}  // namespace

Outcome judge(const base::Result<PostAnswer>& result, base::WallTime now) {
  if (!result) return {verdict_on(result.error().code), result.error().code.message(), std::nullopt};
  return {verdict_on(result->status), "answered " + std::to_string(result->status),
          parse_retry_after(result->retry_after, now)};
}

std::optional<milliseconds> parse_retry_after(const std::string& text, base::WallTime now) {
  if (text.empty()) return std::nullopt;
  std::uint32_t count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failure == std::errc{} && end == text.data() + text.size()) return seconds(count);

  std::tm date{};
  const char* rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (!rest || *rest != '\0') return std::nullopt;
  // In seconds: a clock that counts nanoseconds ends in the year 2262.
  const std::chrono::sys_seconds until{seconds(::timegm(&date))};
  return std::max<milliseconds>(until - std::chrono::floor<milliseconds>(now), milliseconds{0});
}

milliseconds backoff(unsigned failures, double random) {
  const milliseconds plain = std::min(kFirstPause * (1 << std::min(failures, 10u)), kLongestPause);
  const double jittered = static_cast<double>(plain.count()) * (0.8 + 0.4 * random);
  return std::min(milliseconds(static_cast<milliseconds::rep>(jittered)), kLongestPause);
}

}  // namespace tonearm::notify
