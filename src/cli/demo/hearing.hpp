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

  /// `prompts` must outlive it.
  Hearing(const Prompts& prompts, Teller teller) : prompts_(prompts), tell_(std::move(teller)) {}

  void on_packet(const HeardPacket& packet);

 private:
  const Prompts& prompts_;
  const Teller tell_;
  bool first_ = true;
  bool in_sound_ = false;
  std::int64_t began_ns_ = 0;
  Samples sound_;
};

}  // namespace tonearm::cli
