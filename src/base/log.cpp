#include "base/log.hpp"

#include <chrono>

#include <spdlog/sinks/stdout_color_sinks.h>

namespace tonearm::base {

void start_logging(std::string_view level, std::string_view format) {
  auto logger = spdlog::stderr_color_mt("tonearm");
  if (format == "json") {
    logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":"%v"})");
  } else {
    logger->set_pattern("%H:%M:%S.%e %^%-5l%$ %v");
  }
  logger->set_level(spdlog::level::from_str(std::string(level)));
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

bool RateLimit::allow(unsigned& suppressed) {
  using namespace std::chrono;
  const std::int64_t now = duration_cast<seconds>(steady_clock::now().time_since_epoch()).count();
  std::int64_t seen = second_.load(std::memory_order_relaxed);
  if (seen != now && second_.compare_exchange_strong(seen, now)) used_.store(0);
  if (used_.fetch_add(1, std::memory_order_relaxed) >= per_second_) {
    suppressed_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  suppressed = suppressed_.exchange(0);
  return true;
}

}  // namespace tonearm::base
