#include "cli/child_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tonearm::cli {
namespace {

constexpr int kInheritedFd = 3;

std::vector<std::string> environment_of(const ChildProcess::Setup& setup) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    bool keep = setup.withheld_prefix.empty() || !text.starts_with(setup.withheld_prefix);
    for (const auto& [name, value] : setup.environment) keep = keep && !text.starts_with(name + "=");
    if (keep) out.emplace_back(text);
  }
  for (const auto& [name, value] : setup.environment) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// Between fork and exec: system calls only, for other threads may have held any lock.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, int out,
                         int err, int inherited) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);  // a Ctrl-C at the terminal is for the parent, which then ends its children in order
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(out, STDOUT_FILENO);
  if (err >= 0) ::dup2(err, STDERR_FILENO);
  if (inherited == kInheritedFd) ::fcntl(kInheritedFd, F_SETFD, 0);
  if (inherited >= 0 && inherited != kInheritedFd) ::dup2(inherited, kInheritedFd);
  ::execve(program, arguments, environment);
  ::_exit(127);
}

void read_lines(int fd, const std::function<void(std::string)>& on_line) {
  std::string pending;
  char block[4096];
  for (ssize_t size = 0; (size = ::read(fd, block, sizeof block)) > 0 || (size < 0 && errno == EINTR);) {
    pending.append(block, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    for (std::size_t end = 0; (end = pending.find('\n')) != std::string::npos;) {
      on_line(pending.substr(0, end));
      pending.erase(0, end + 1);
    }
  }
  ::close(fd);
  on_line("");
}

/// True if it ended in time.
bool wait_for_end(pid_t pid, std::chrono::milliseconds patience) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return false;
  pollfd ended{fd, POLLIN, 0};
  const bool in_time = ::poll(&ended, 1, static_cast<int>(patience.count())) == 1;
  ::close(fd);
  return in_time;
}

}  // namespace

base::Result<ChildProcess> ChildProcess::start(Setup setup) {
  std::vector<std::string> arguments{setup.program.string()};
  arguments.insert(arguments.end(), setup.arguments.begin(), setup.arguments.end());
  std::vector<std::string> environment = environment_of(setup);
  const auto argument_pointers = pointers_to(arguments);
  const auto environment_pointers = pointers_to(environment);

  if (::access(setup.program.c_str(), X_OK) != 0) {
    return base::fail(static_cast<std::errc>(errno), setup.program.string());
  }
  int err = -1;
  if (!setup.errors.empty()) {
    err = ::open(setup.errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (err < 0) return base::fail(static_cast<std::errc>(errno), setup.errors.string());
  }
  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) return base::fail(static_cast<std::errc>(errno), "pipe");
  const pid_t pid = ::fork();
  if (pid == 0) {
    become(arguments[0].c_str(), argument_pointers.data(), environment_pointers.data(), out[1], err,
           setup.inherited_fd);
  }
  const int fork_error = errno;
  ::close(out[1]);
  if (err >= 0) ::close(err);
  if (pid < 0) {
    ::close(out[0]);
    return base::fail(static_cast<std::errc>(fork_error), "fork");
  }
  auto on_line = setup.on_line ? std::move(setup.on_line) : [](std::string) {};
  return ChildProcess(pid,
                      std::jthread([fd = out[0], handler = std::move(on_line)] { read_lines(fd, handler); }));
}

ChildProcess::~ChildProcess() {
  stop();
}

int ChildProcess::stop(std::chrono::milliseconds patience) {
  if (pid_ < 0) return -1;
  ::kill(pid_, SIGTERM);
  if (!wait_for_end(pid_, patience)) ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ::kill(-pid_, SIGKILL);  // its group: children of its own would hold its output open
  pid_ = -1;
  if (reader_.joinable()) reader_.join();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tonearm::cli
