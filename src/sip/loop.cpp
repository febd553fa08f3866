#include "sip/loop.hpp"

#include <algorithm>
#include <future>
#include <stdexcept>

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/log.hpp"
#include "sip/libre.hpp"
#include "sip/libre_clock.hpp"
#include "sip/libre_noise.hpp"

namespace tonearm::sip {
namespace {

/// libre refuses descriptors from 1 024 on unless told otherwise before its first call.
int descriptor_limit() {
  constexpr rlim_t kMost = 1 << 20;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::min(limit.rlim_max, kMost));
}

void start_libre_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    quieten_libre();
    if (!libre_keeps_steady_time()) spdlog::warn("sip: timers follow the wall clock; do not set it");
    if (libre_init() != 0) throw std::runtime_error("libre does not start");
  });
}

}  // namespace

Loop::Loop() {
  start_libre_once();
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  clock_fd_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (wake_fd_ < 0 || clock_fd_ < 0) throw std::runtime_error("no descriptors for the signalling loop");
  std::promise<bool> started;
  thread_ = std::thread([this, &started] { main([&started](bool ok) { started.set_value(ok); }); });
  if (started.get_future().get()) return;
  thread_.join();
  throw std::runtime_error("the signalling loop does not start");
}

Loop::~Loop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  post([] {});
  thread_.join();
  close(wake_fd_);
  close(clock_fd_);
}

void Loop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_fd_, &one, sizeof one);  // full means it is awake anyway
}

void Loop::run(const Task& task) {
  std::promise<void> done;
  post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

void Loop::main(std::function<void(bool)> started) {
  pthread_setname_np(pthread_self(), "tonearm-sip");
  const bool ok = re_thread_init() == 0 && set_up();
  started(ok);
  if (ok) {
    re_main(nullptr);
    fd_close(wake_fd_);
    fd_close(clock_fd_);
  }
  re_thread_close();
}

bool Loop::set_up() {
  return fd_setsize(descriptor_limit()) == 0 && poll_method_set(METHOD_EPOLL) == 0 &&
         fd_listen(wake_fd_, FD_READ, on_wake, this) == 0 &&
         fd_listen(clock_fd_, FD_READ, on_clock, this) == 0;
}

void Loop::on_wake(int, void* loop) {
  auto& self = *static_cast<Loop*>(loop);
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(self.wake_fd_, &count, sizeof count);
  self.run_tasks();
}

void Loop::run_tasks() {
  std::vector<Task> tasks;
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
    stopping = stopping_;
  }
  for (Task& task : tasks) task();
  if (stopping) re_cancel();
}

Loop::TimerId Loop::after(std::chrono::milliseconds delay, Task task) {
  const TimerId timer = ++last_timer_;
  const base::TimePoint when = base::SteadyClock::now() + delay;
  timers_.emplace(std::pair(when, timer), std::move(task));
  deadlines_.emplace(timer, when);
  if (timers_.begin()->first.second == timer) arm_clock();
  return timer;
}

void Loop::cancel(TimerId timer) {
  const auto found = deadlines_.find(timer);
  if (found == deadlines_.end()) return;
  timers_.erase({found->second, timer});
  deadlines_.erase(found);  // the clock may ring for nothing once
}

void Loop::arm_clock() {
  itimerspec when{};
  if (!timers_.empty()) {
    const auto since = timers_.begin()->first.first.time_since_epoch();
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since);
    when.it_value.tv_sec = whole.count();
    when.it_value.tv_nsec = std::chrono::nanoseconds(since - whole).count();
  }
  timerfd_settime(clock_fd_, TFD_TIMER_ABSTIME, &when, nullptr);
}

void Loop::on_clock(int, void* loop) {
  auto& self = *static_cast<Loop*>(loop);
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(self.clock_fd_, &count, sizeof count);
  self.run_timers();
}

void Loop::run_timers() {
  const base::TimePoint now = base::SteadyClock::now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto node = timers_.extract(timers_.begin());
    deadlines_.erase(node.key().second);
    node.mapped()();
  }
  arm_clock();
}

}  // namespace tonearm::sip
