#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace tonearm::app {

/// Tells whether loops make progress: it gives each a task and sees whether they have run it by the next
/// question. Threading: thread-safe; the tasks run on the loops and outlive the probe.
class LoopProbe {
 public:
  /// Posts a task to one loop, from any thread.
  using Post = std::function<void(std::function<void()>)>;

  /// Of no loop, until `watch`.
  LoopProbe() = default;
  void watch(std::vector<Post> loops);

  /// True if every loop has run what the last question gave it; then each gets another task. While one has
  /// not, no more are given, so that a stuck loop does not collect them. False while it watches none.
  bool alive();
  /// Before the loops stop: they are given nothing more.
  void close();

 private:
  std::mutex mutex_;  // guards loops_
  std::vector<Post> loops_;
  const std::shared_ptr<std::atomic<std::size_t>> unanswered_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace tonearm::app
