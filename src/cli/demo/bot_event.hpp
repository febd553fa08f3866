#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tonearm::cli {

/// One line of `example_bot --json`. What a line does not say is empty or 0. Times are CLOCK_MONOTONIC.
struct BotEvent {
  std::int64_t at_ns = 0;
  std::string event{};  ///< listening · asked · answered · notified · fetched · over · gave_up

  std::string what{};    ///< asked, answered: answer, playPrompt, cancelMediaProcessing, delete, token
  std::string prompt{};  ///< asked, answered, notified: name of the prompt that it is about
  int http_status = 0;
  std::int64_t sent_ns = 0;
  std::int64_t answered_ns = 0;
  std::int64_t stop_us = -1;  ///< `@tonearm.stopMicroseconds`
  std::string error{};        ///< of a refusal; gave_up: why

  std::string type{};    ///< notified: `playPromptOperation`, `call` …
  std::string change{};  ///< created · updated · deleted
  std::string state{};   ///< of a call
  bool audio_active = false;
  std::string status{};  ///< of an operation
  int code = 0;
  int subcode = 0;
  std::int64_t sent_ms = -1;  ///< `@tonearm.sentMs`

  std::string address{};  ///< listening
};

/// Nothing if the line is no JSON object with `ns` and `event`.
[[nodiscard]] std::optional<BotEvent> parse_bot_event(std::string_view line);

/// For people: what the bot asked, was answered or was told. Empty: not worth a line.
[[nodiscard]] std::string describe(const BotEvent& event);

}  // namespace tonearm::cli
