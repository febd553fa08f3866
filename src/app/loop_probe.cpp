#include "app/loop_probe.hpp"

namespace tonearm::app {

void LoopProbe::watch(std::vector<Post> loops) {
  const std::lock_guard lock(mutex_);
  loops_ = std::move(loops);
}

bool LoopProbe::alive() {
  const std::lock_guard lock(mutex_);
  if (loops_.empty() || *unanswered_ > 0) return false;
  *unanswered_ = loops_.size();
  for (const Post& post : loops_) post([unanswered = unanswered_] { --*unanswered; });
  return true;
}

void LoopProbe::close() {
  const std::lock_guard lock(mutex_);
  loops_.clear();
}

}  // namespace tonearm::app
