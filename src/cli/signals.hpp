#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace tonearm::cli {

/// SIGTERM, SIGINT and SIGHUP, blocked in every thread that is made after this, taken one by one by whoever
/// waits. Made on the main thread before any other exists. Threading: thread-safe.
class Signals {
 public:
  Signals();
  [[nodiscard]] int wait() const;

 private:
  sigset_t set_{};
};

/// While it lives, a thread waits for signals and hands each to `handler`.
class SignalWatch {
 public:
  SignalWatch(const Signals& signals, std::function<void(int signal)> handler);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace tonearm::cli
