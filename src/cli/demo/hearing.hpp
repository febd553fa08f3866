#pragma once

#include <functional>
#include <string>

#include "cli/caller/heard.hpp"
#include "cli/demo/prompts.hpp"

namespace tonearm::cli {

/// Tells in words what the caller hears, packet by packet. Threading: one thread.
class Hearing {
 public:
  using Teller = std::function<void(std::int64_t at_ns, const std::string& text)>;

  /// `prompts` must outlive it. `on_beep` is called when a beep has ended.
  Hearing(const Prompts& prompts, Teller teller, std::function<void()> on_beep = {})
      : prompts_(prompts), tell_(std::move(teller)), on_beep_(std::move(on_beep)) {}

  void on_packet(const HeardPacket& packet);

 private:
  void on_silence(const HeardPacket& packet);
  void on_sound(const HeardPacket& packet);

  const Prompts& prompts_;
  const Teller tell_;
  const std::function<void()> on_beep_;
  bool first_ = true;
  bool in_sound_ = false;
  std::int64_t began_ns_ = 0;
  Samples sound_;
};

}  // namespace tonearm::cli
