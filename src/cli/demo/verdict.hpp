#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/caller/heard.hpp"
#include "cli/demo/bot_event.hpp"
#include "cli/demo/prompts.hpp"

namespace tonearm::cli {

/// One call as its telephone and its bot saw it. Times are CLOCK_MONOTONIC.
struct SeenCall {
  std::vector<HeardPacket> heard;       ///< The telephone's packets, in order of arrival.
  std::vector<BotEvent> bot;            ///< What the bot did and was told.
  std::optional<std::int64_t> rang_ns;  ///< It rang: there, or here if we are called.
  std::optional<std::int64_t>
      answered_ns;  ///< The telephone got the 200 to its INVITE, or the ACK to its own.
  std::optional<std::int64_t> hung_up_ns;  ///< The telephone got a BYE.
};

/// Everything that the demo has seen for itself.
struct Evidence {
  Prompts prompts;
  SeenCall call;                           ///< The caller dials.
  std::optional<std::int64_t> pressed_ns;  ///< The first packet of its key had left.
  Samples recorded;                        ///< The file that the bot downloaded, at telephone rate.
  SeenCall back;                           ///< The bot calls back.
};

/// What follows from it.
struct Findings {
  std::optional<std::int64_t> cancel_sent_ns;
  std::optional<std::int64_t> cancel_answered_ns;     ///< The bot had read the 200.
  std::optional<std::int64_t> last_prompt_packet_ns;  ///< Of the prompt that was cancelled.
  std::vector<SoundSegment> segments;       ///< Of the first call: welcome, beep, recording, goodbye.
  std::vector<SoundSegment> back_segments;  ///< Of the second: goodbye.
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
