#include "media/watchdog.hpp"

#include <utility>

#include "media/thread_priority.hpp"

namespace tonearm::media {

Watchdog::Watchdog(std::vector<Subject> subjects, std::chrono::milliseconds between) : between_(between) {
  for (auto& subject : subjects) watched_.push_back({std::move(subject)});
  thread_ = std::thread([this] { run(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void Watchdog::run() {
  prepare_thread("media-watchdog");
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, between_, [this] { return stopping_; })) check();
}

void Watchdog::check() {
  for (Watched& one : watched_) {
    one.silent_checks = one.subject.alive() ? 0 : one.silent_checks + 1;
    if (one.silent_checks == kChecks) one.subject.stuck();
  }
}

}  // namespace tonearm::media
