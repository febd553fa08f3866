#include "cli/service_notify.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fmt/format.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tonearm::cli {
namespace {

/// The whole of a variable as a number, or nothing.
std::optional<std::uint64_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const char* end = text + std::strlen(text);
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text, end, number);
  return error == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
}

}  // namespace

void notify_service_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = path != nullptr ? std::strlen(path) : 0;
  if (length == 0 || length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  ::close(fd);
}

std::string reloading_state() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000LL + now.tv_nsec / 1000);
}

std::string stopping_state(std::chrono::microseconds longest) {
  return fmt::format(
      "STOPPING=1\nEXTEND_TIMEOUT_USEC={}\nSTATUS=no new calls; those that are up go on for a while",
      longest.count());
}

std::optional<std::chrono::microseconds> watchdog_limit() {
  const auto limit = number_in("WATCHDOG_USEC");
  if (!limit || *limit == 0 || *limit > INT64_MAX) return std::nullopt;
  const bool for_another = std::getenv("WATCHDOG_PID") != nullptr &&
                           number_in("WATCHDOG_PID") != static_cast<std::uint64_t>(::getpid());
  if (for_another) return std::nullopt;
  return std::chrono::microseconds(static_cast<std::int64_t>(*limit));
}

ServiceWatchdog::ServiceWatchdog(std::chrono::microseconds limit, std::function<bool()> alive)
    : pause_(limit / 4), alive_(std::move(alive)), thread_([this] { run(); }) {}

ServiceWatchdog::~ServiceWatchdog() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  end_.notify_all();
  thread_.join();
}

void ServiceWatchdog::run() {
  ::pthread_setname_np(::pthread_self(), "watchdog");
  std::unique_lock lock(mutex_);
  while (!end_.wait_for(lock, pause_, [this] { return over_; }))
    if (alive_()) notify_service_manager("WATCHDOG=1");
}

}  // namespace tonearm::cli
