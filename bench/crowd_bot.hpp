#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api_client.hpp"
#include "bot.hpp"
#include "measured_server.hpp"

namespace tonearm::bench {

/// An ApiClient of the benchmark's application. `root` is one of the API's call collections.
testing::ApiClient api_of(const MeasuredServer& server, const std::string& root);

/// Answers every call that comes in and, once it has audio, plays a prompt for ever, as a bot's hold music
/// does, or records it. Works through `bot` until destroyed; afterwards the calls go on and `bot` is free for
/// others.
///
/// Threading: workers of its own.
class CrowdBot {
 public:
  enum class Task { play, record };
  /// A play or record that was accepted.
  struct Accepted {
    std::string call;
    std::string operation;
    std::int64_t answered_ns = 0;  ///< CLOCK_REALTIME
  };

  CrowdBot(const MeasuredServer& server, testing::Bot& bot, Task task);
  /// Waits until that many were; false after `limit`.
  [[nodiscard]] bool wait_accepted(std::size_t calls, std::chrono::seconds limit) const;
  [[nodiscard]] std::vector<Accepted> accepted() const;

 private:
  void work(const std::stop_token& stop, testing::ApiClient api);
  void serve(const testing::Heard& heard, testing::ApiClient& api);

  testing::Bot& bot_;
  const Task task_;
  mutable std::mutex mutex_;  // guards accepted_
  std::vector<Accepted> accepted_;
  std::vector<std::jthread> workers_;
};

}  // namespace tonearm::bench
