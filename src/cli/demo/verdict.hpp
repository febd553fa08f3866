#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/caller/heard.hpp"
#include "cli/demo/bot_event.hpp"
#include "cli/demo/prompts.hpp"

namespace tonearm::cli {

/// Everything that the demo has seen for itself. Times are CLOCK_MONOTONIC.
struct Evidence {
  Prompts prompts;
  std::vector<HeardPacket> heard;           ///< The caller's packets, in order of arrival.
  std::vector<BotEvent> bot;                ///< What the bot did and was told.
  std::optional<std::int64_t> answered_ns;  ///< The caller got the 200 to its INVITE.
  std::optional<std::int64_t> hung_up_ns;   ///< The caller got a BYE.
};

/// What follows from it.
struct Findings {
  std::optional<std::int64_t> cancel_sent_ns;
  std::optional<std::int64_t> cancel_answered_ns;     ///< The bot had read the 200.
  std::optional<std::int64_t> last_prompt_packet_ns;  ///< Of the prompt that was cancelled.
  std::vector<SoundSegment> segments;
};
[[nodiscard]] Findings examine(const Evidence& evidence);

struct Check {
  bool ok = false;
  std::string what;
  std::string figure;
};
/// One for each thing that had to happen, in order; all must hold.
[[nodiscard]] std::vector<Check> judge(const Evidence& evidence, const Findings& findings);

}  // namespace tonearm::cli
