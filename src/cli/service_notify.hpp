#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace tonearm::cli {

/// Tells the service manager that started us how we are: `READY=1`, `STOPPING=1`, `STATUS=…`, one a line
/// (sd_notify(3): a datagram to the socket named in NOTIFY_SOCKET). Without a manager nothing happens.
void notify_service_manager(std::string_view state);

/// `RELOADING=1` with the time that a manager of type notify-reload wants beside it.
[[nodiscard]] std::string reloading_state();

/// `STOPPING=1`, and that it may take so long, whatever the manager's own limit is.
[[nodiscard]] std::string stopping_state(std::chrono::microseconds longest);

/// How often the manager wants to hear that we live, at the least (sd_watchdog_enabled(3)); nothing if it
/// does not, or means another process.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_limit();

/// While it lives, says `WATCHDOG=1` to the service manager, four times as often as that wants to hear it,
/// each time only if `alive` says so. A thread of its own.
class ServiceWatchdog {
 public:
  ServiceWatchdog(std::chrono::microseconds limit, std::function<bool()> alive);
  ~ServiceWatchdog();
  ServiceWatchdog(const ServiceWatchdog&) = delete;
  ServiceWatchdog& operator=(const ServiceWatchdog&) = delete;

 private:
  void run();

  const std::chrono::microseconds pause_;
  const std::function<bool()> alive_;
  std::mutex mutex_;  // guards over_
  std::condition_variable end_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace tonearm::cli
