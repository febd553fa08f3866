#pragma once

#include <chrono>
#include <thread>

namespace tonearm::testing {

/// True once `true_now` is; false if it is not within half a minute. For what cannot be waited for: pages
/// that are asked, and logs of what came.
template <class Condition>
bool eventually(Condition true_now) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!true_now()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace tonearm::testing
