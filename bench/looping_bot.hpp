#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "api_client.hpp"
#include "bot.hpp"
#include "measured_server.hpp"

namespace tonearm::bench {

/// An ApiClient of the benchmark's application. `root` is one of the API's call collections.
testing::ApiClient api_of(const MeasuredServer& server, const std::string& root);

/// Answers every call that comes in and, once it has audio, plays a prompt for ever: what a bot's hold music
/// does. Works through `bot` until destroyed; afterwards the calls play on and `bot` is free for others.
///
/// Threading: workers of its own.
class LoopingBot {
 public:
  LoopingBot(const MeasuredServer& server, testing::Bot& bot);
  /// Calls whose prompt was accepted.
  [[nodiscard]] std::size_t playing() const { return playing_; }
  /// Waits until that many play; false after `limit`.
  [[nodiscard]] bool wait_playing(std::size_t calls, std::chrono::seconds limit) const;

 private:
  void work(const std::stop_token& stop, testing::ApiClient api);
  void serve(const testing::Heard& heard, testing::ApiClient& api);

  testing::Bot& bot_;
  std::atomic<std::size_t> playing_ = 0;
  std::vector<std::jthread> workers_;
};

}  // namespace tonearm::bench
