#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/thread_clock.hpp"

namespace tonearm::sip {

/// The signalling loop: one thread that runs libre and everything that touches it. Timers are a tree on the
/// steady clock, because libre's are a list on the wall clock.
/// Threading: `post` and `run` from any thread; the rest on the loop's thread.
class Loop {
 public:
  using Task = std::function<void()>;
  using TimerId = std::uint64_t;

  /// Starts the thread. Throws std::runtime_error if libre or the kernel refuses.
  Loop();
  /// Runs what was posted before, then stops and joins.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// In order, never dropped, does not wait.
  void post(Task task);
  /// As `post`, but returns when the task has run. Not from the loop's thread.
  void run(const Task& task);

  TimerId after(std::chrono::milliseconds delay, Task task);
  void cancel(TimerId timer);

  /// CPU time that the loop has used. Threading: any thread.
  [[nodiscard]] std::chrono::nanoseconds cpu_time() {
    return base::ThreadClock(thread_.native_handle()).used();
  }
  [[nodiscard]] bool on_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void main(std::function<void(bool)> started);
  bool set_up();
  void run_tasks();
  void run_timers();
  void arm_clock();
  static void on_wake(int flags, void* loop);
  static void on_clock(int flags, void* loop);

  int wake_fd_ = -1;
  int clock_fd_ = -1;
  std::map<std::pair<base::TimePoint, TimerId>, Task> timers_;
  std::map<TimerId, base::TimePoint> deadlines_;
  TimerId last_timer_ = 0;

  std::mutex mutex_;  // guards tasks_ and stopping_
  std::vector<Task> tasks_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace tonearm::sip
