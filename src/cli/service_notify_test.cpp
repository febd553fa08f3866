#include "cli/service_notify.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tonearm::cli {
namespace {

using namespace std::chrono_literals;

/// A service manager: its socket, and the variables that name it. `@` begins an abstract name.
class Manager {
 public:
  explicit Manager(std::string name) : name_(std::move(name)), fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path, name_.size());
    if (name_[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(fd_);
    if (name_[0] != '@') ::unlink(name_.c_str());
  }
  /// The next thing said; empty if nothing came for `limit`.
  [[nodiscard]] std::string hear(std::chrono::milliseconds limit = 20s) const {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(limit.count())) != 1) return {};
    char text[256] = {};
    const auto got = ::recv(fd_, text, sizeof text, 0);
    return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string();
  }

 private:
  const std::string name_;
  const int fd_;
};

std::string own_name(const std::string& before) {
  return before + "tonearm-test-" + std::to_string(::getpid());
}

TEST(service_manager, is_told_over_its_abstract_socket) {
  const Manager manager(own_name("@"));
  notify_service_manager("READY=1\nSTATUS=up");
  EXPECT_EQ(manager.hear(), "READY=1\nSTATUS=up");
}

TEST(service_manager, is_told_over_its_socket_in_a_folder) {
  const Manager manager(own_name(std::string(::testing::TempDir()) + "/"));
  notify_service_manager("STOPPING=1");
  EXPECT_EQ(manager.hear(), "STOPPING=1");
}

TEST(service_manager, that_is_not_there_is_no_error) {
  ::unsetenv("NOTIFY_SOCKET");
  notify_service_manager("READY=1");
  ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
  notify_service_manager("READY=1");
  ::setenv("NOTIFY_SOCKET", std::string(200, 'x').c_str(), 1);
  notify_service_manager("READY=1");
  ::unsetenv("NOTIFY_SOCKET");
}

TEST(service_manager, hears_when_the_reload_began) {
  const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
  const auto now = [] {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch());
  };
  const auto before = now();
  const std::string state = reloading_state();
  ASSERT_TRUE(state.starts_with(head));
  const std::chrono::microseconds said(std::stoll(state.substr(head.size())));
  EXPECT_GE(said, before);
  EXPECT_LE(said, now());
}

TEST(service_watchdog, wants_what_its_variables_say) {
  const std::string own = std::to_string(::getpid());
  const auto asked = [](const char* limit, const char* process) {
    limit != nullptr ? ::setenv("WATCHDOG_USEC", limit, 1) : ::unsetenv("WATCHDOG_USEC");
    process != nullptr ? ::setenv("WATCHDOG_PID", process, 1) : ::unsetenv("WATCHDOG_PID");
    const auto found = watchdog_limit();
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
    return found;
  };
  EXPECT_EQ(asked("30000000", own.c_str()), 30s);
  EXPECT_EQ(asked("30000000", nullptr), 30s);
  EXPECT_EQ(asked("30000000", "1"), std::nullopt);
  EXPECT_EQ(asked("30000000", "no number"), std::nullopt);
  EXPECT_EQ(asked("0", nullptr), std::nullopt);
  EXPECT_EQ(asked("30s", nullptr), std::nullopt);
  EXPECT_EQ(asked(nullptr, own.c_str()), std::nullopt);
}

TEST(service_watchdog, says_that_we_live_only_while_we_do) {
  const Manager manager(own_name("@"));
  std::atomic<bool> alive = false;
  std::atomic<int> asked = 0;
  const ServiceWatchdog watchdog(4ms, [&] {
    ++asked;
    asked.notify_all();
    return alive.load();
  });
  for (int seen = 0; seen < 10; seen = asked) asked.wait(seen);
  EXPECT_EQ(manager.hear(0ms), "");
  alive = true;
  EXPECT_EQ(manager.hear(), "WATCHDOG=1");
  EXPECT_EQ(manager.hear(), "WATCHDOG=1");
}

}  // namespace
}  // namespace tonearm::cli
