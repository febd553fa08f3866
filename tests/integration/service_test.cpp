// sd_notify(3): what the server tells the manager that started it, by a real socket.

#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server_fixture.hpp"

namespace tonearm::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A service manager's socket, in a folder or with an abstract name (`@…`).
class ServiceManager {
 public:
  explicit ServiceManager(std::string name, std::chrono::microseconds watchdog = 0us)
      : name_(std::move(name)), fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path, name_.size());
    if (name_[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    environment_["NOTIFY_SOCKET"] = name_;
    if (watchdog > 0us) environment_["WATCHDOG_USEC"] = std::to_string(watchdog.count());
  }
  ~ServiceManager() { ::close(fd_); }

  /// What the processes that it starts get.
  [[nodiscard]] const Environment& environment() const { return environment_; }

  /// The next thing that is said; empty if that takes longer than `limit`.
  [[nodiscard]] std::string hear(std::chrono::milliseconds limit = 20s) const {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(limit.count())) != 1) return {};
    char text[1024] = {};
    const auto got = ::recv(fd_, text, sizeof text, 0);
    return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string();
  }
  /// As `hear`, but passes over the watchdog.
  [[nodiscard]] std::string hear_state() const {
    std::string heard = hear();
    while (heard == "WATCHDOG=1") heard = hear();
    return heard;
  }

 private:
  const std::string name_;
  const int fd_;
  Environment environment_;
};

void tells_how_it_is(const ServiceManager& manager, const TempDir& dir) {
  Bot bot;
  const std::string toml = test_toml(bot, dir.path() / "data");
  ServerProcess server(toml, dir.path(), manager.environment());
  EXPECT_THAT(manager.hear(), StartsWith("READY=1\nSTATUS=tonearm ready http=http://127.0.0.1:"));
  server.signal(SIGHUP);
  EXPECT_THAT(manager.hear(), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_THAT(manager.hear(), StartsWith("READY=1\nSTATUS=tonearm ready"));
  std::ofstream(dir.path() / "tonearm.toml") << toml << "no_such_key = 1\n";
  server.signal(SIGHUP);
  EXPECT_THAT(manager.hear(), StartsWith("RELOADING=1\n"));
  EXPECT_THAT(manager.hear(), HasSubstr("READY=1\nSTATUS=the settings have a fault"));
  server.signal(SIGTERM);
  // server.drain is 0 here: the endings, the outbox, the trunks and closing, 27 s at the most.
  EXPECT_THAT(manager.hear(), StartsWith("STOPPING=1\nEXTEND_TIMEOUT_USEC=27000000\nSTATUS="));
  EXPECT_EQ(server.wait(), 0);
  EXPECT_EQ(manager.hear(0ms), "");
}

TEST(Service, tells_its_manager_when_it_is_ready_reloads_and_stops) {
  const TempDir dir;
  tells_how_it_is(ServiceManager((dir.path() / "notify").string()), dir);
}

TEST(Service, tells_a_manager_with_an_abstract_socket_too) {
  const TempDir dir;
  tells_how_it_is(ServiceManager("@tonearm-test-" + std::to_string(::getpid())), dir);
}

/// The thread of that name, or 0.
pid_t thread_named(pid_t process, const std::string& name) {
  const std::string tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    std::string found;
    std::getline(std::ifstream(task.path() / "comm"), found);
    if (found == name) return std::stoi(task.path().filename());
  }
  return 0;
}

/// One thread of a child stands still while it lives, as if it were stuck; the others go on.
class StuckThread {
 public:
  explicit StuckThread(pid_t thread) : thread_(thread) {
    held_ = ::ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) == 0 &&
            ::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) == 0 &&
            ::waitpid(thread_, nullptr, __WALL) == thread_;
  }
  ~StuckThread() {
    if (held_) ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
  }
  StuckThread(const StuckThread&) = delete;
  StuckThread& operator=(const StuckThread&) = delete;
  [[nodiscard]] bool held() const { return held_; }

 private:
  const pid_t thread_;
  bool held_ = false;
};

/// What a thread that is stuck does to `WATCHDOG=1`.
class ServiceWatchdogTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ServiceWatchdogTest, is_silent_while_this_thread_is_stuck_and_goes_on_when_it_does) {
  const TempDir dir;
  const ServiceManager manager("@tonearm-test-" + std::to_string(::getpid()), 80ms);
  Bot bot;
  const ServerProcess server(test_toml(bot, dir.path() / "data"), dir.path(), manager.environment());
  EXPECT_THAT(manager.hear(), StartsWith("READY=1"));
  EXPECT_EQ(manager.hear(), "WATCHDOG=1");
  EXPECT_EQ(manager.hear(), "WATCHDOG=1");
  const pid_t thread = thread_named(server.pid(), GetParam());
  ASSERT_GT(thread, 0);
  {
    const StuckThread stuck(thread);
    if (!stuck.held()) GTEST_SKIP() << "ptrace is not permitted here";
    while (manager.hear(0ms) == "WATCHDOG=1") {
    }
    // The task of the last question may have been run before; of any later one it was not. A timer alone
    // would speak every 20 ms.
    std::size_t later = 0;
    while (manager.hear(500ms) == "WATCHDOG=1" && ++later < 5) {
    }
    EXPECT_LE(later, 1u);
  }
  EXPECT_EQ(manager.hear(), "WATCHDOG=1");
  EXPECT_EQ(manager.hear(), "WATCHDOG=1");
  server.signal(SIGTERM);
  EXPECT_THAT(manager.hear_state(), StartsWith("STOPPING=1"));
}

INSTANTIATE_TEST_SUITE_P(Loops, ServiceWatchdogTest,
                         ::testing::Values("net/0", "tonearm-sip", "media-reports"), [](const auto& tested) {
                           std::string name = tested.param;
                           for (char& c : name)
                             c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           return name;
                         });

TEST(ServiceWatchdog, says_nothing_to_a_manager_that_did_not_ask) {
  const TempDir dir;
  const ServiceManager manager("@tonearm-test-" + std::to_string(::getpid()));
  Bot bot;
  ServerProcess server(test_toml(bot, dir.path() / "data"), dir.path(), manager.environment());
  EXPECT_THAT(manager.hear(), StartsWith("READY=1"));
  EXPECT_EQ(manager.hear(200ms), "");
  server.signal(SIGTERM);
  EXPECT_THAT(manager.hear(), StartsWith("STOPPING=1"));
  EXPECT_EQ(server.wait(), 0);
}

}  // namespace
}  // namespace tonearm::testing
