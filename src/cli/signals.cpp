#include "cli/signals.hpp"

#include <pthread.h>

namespace tonearm::cli {

Signals::Signals() {
  sigemptyset(&set_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int Signals::wait() const {
  int signal = 0;
  while (sigwait(&set_, &signal) != 0) {
  }
  return signal;
}

SignalWatch::SignalWatch(const Signals& signals, std::function<void(int)> handler)
    : thread_([this, &signals, on_signal = std::move(handler)] {
        while (!over_) {
          const int signal = signals.wait();
          if (!over_) on_signal(signal);
        }
      }) {}

SignalWatch::~SignalWatch() {
  over_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);  // for its wait to return
  thread_.join();
}

}  // namespace tonearm::cli
