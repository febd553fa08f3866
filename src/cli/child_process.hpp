#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"

namespace tonearm::cli {

/// A program that runs beside this one and does not outlive it: not its object, nor a crash of this process.
/// Threading: one thread (that made it); `on_line` is called on the reader's thread.
class ChildProcess {
 public:
  struct Setup {
    std::filesystem::path program;
    std::vector<std::string> arguments{};
    /// Added to or replacing this process's environment.
    std::vector<std::pair<std::string, std::string>> environment{};
    /// Variables with this beginning are not handed down; empty = all are.
    std::string withheld_prefix{};
    int inherited_fd = -1;                            ///< Stays open in the child as descriptor 3.
    std::filesystem::path errors{};                   ///< Its stderr goes here; empty: it is ours.
    std::function<void(std::string line)> on_line{};  ///< Of its stdout. Called with "" at its end.
  };

  [[nodiscard]] static base::Result<ChildProcess> start(Setup setup);
  ChildProcess(ChildProcess&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), reader_(std::move(other.reader_)) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  /// Terminates it, if it still runs.
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// SIGTERM, after `patience` SIGKILL; whatever it left running is killed. Waits for its end and that of its
  /// output. The exit status, or
  /// 128 + signal. Idempotent: −1 once it is gone.
  int stop(std::chrono::milliseconds patience = std::chrono::seconds(5));

 private:
  ChildProcess(pid_t pid, std::jthread reader) : pid_(pid), reader_(std::move(reader)) {}

  pid_t pid_ = -1;
  std::jthread reader_;
};

}  // namespace tonearm::cli
