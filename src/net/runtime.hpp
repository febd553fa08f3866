#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "base/thread_clock.hpp"

namespace tonearm::net {

namespace asio = boost::asio;

/// The pool on which HTTP and the calls' strands run: N threads, each with a context of its own. What is
/// bound to one context runs on one thread and so is a strand without locks.
///
/// Starts its threads when made; `stop` (or the destructor) joins them, pending handlers are dropped.
/// Threading: thread-safe.
class Runtime {
 public:
  /// `threads` ≥ 1.
  explicit Runtime(unsigned threads);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(contexts_.size()); }
  [[nodiscard]] asio::io_context& context(unsigned index) { return *contexts_[index]; }
  /// CPU time that each thread has used.
  [[nodiscard]] std::vector<std::chrono::nanoseconds> cpu_times() const;
  /// Round robin.
  [[nodiscard]] asio::io_context& next();

  /// Idempotent; must not be called from one of its own threads.
  void stop();

 private:
  /// Lets `~Runtime` empty all contexts before it frees any: a handler of one may own a socket of another.
  class Context : public asio::io_context {
   public:
    Context() : asio::io_context(1) {}
    using asio::io_context::shutdown;
  };
  using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;

  std::vector<std::unique_ptr<Context>> contexts_;
  std::vector<WorkGuard> guards_;
  std::vector<std::jthread> threads_;
  std::vector<base::ThreadClock> clocks_;  // by thread
  std::atomic<unsigned> turn_{0};
};

}  // namespace tonearm::net
