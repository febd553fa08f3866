#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/caller/caller.hpp"
#include "cli/demo/bot_event.hpp"

namespace tonearm::cli {

/// How far a telephone has come with its call. Times are CLOCK_MONOTONIC.
struct TelephoneState {
  std::optional<std::int64_t> rang_ns;
  std::optional<std::int64_t> answered_ns;
  std::optional<std::int64_t> hung_up_ns;  ///< By the far end.
  bool over = false;

  void note(const CallProgress& progress) {
    using Kind = CallProgress::Kind;
    if (progress.kind == Kind::ringing) rang_ns = progress.at_ns;
    if (progress.kind == Kind::answered) answered_ns = progress.at_ns;
    if (progress.kind == Kind::ringing || progress.kind == Kind::answered) return;
    over = true;
    if (progress.kind == Kind::hung_up && progress.by_far_end) hung_up_ns = progress.at_ns;
  }
};

/// What has happened so far, told by several threads, waited for by one. Threading: thread-safe; members are
/// for the functions that are handed in.
class Board {
 public:
  template <class Change>
  void post(const Change& change) {
    const std::lock_guard lock(mutex_);
    change(*this);
    changed_.notify_all();
  }
  /// False if `done` did not come true in time.
  template <class Condition>
  bool wait(std::chrono::milliseconds patience, const Condition& done) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return done(*this); });
  }
  template <class Question>
  auto read(const Question& question) {
    const std::lock_guard lock(mutex_);
    return question(*this);
  }

  std::vector<BotEvent> bot;
  TelephoneState caller;
  TelephoneState phone;
  bool beep_over = false;                  ///< The caller has heard it.
  std::optional<std::int64_t> pressed_ns;  ///< The caller's key.
  int calls_over = 0;                      ///< As the bot sees it.
  std::string broken;                      ///< Why it cannot go on.

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace tonearm::cli
