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
  std::string call{};   ///< Id of the call that it is about; empty for a token, and before a call is created.

  /// asked, answered: answer, playPrompt, cancelMediaProcessing, subscribeToTone, recordResponse, download,
  /// createCall, delete, token
  std::string what{};
  std::string prompt{};  ///< asked, answered, notified: name of the prompt or record that it is about
  int http_status = 0;
  std::int64_t sent_ns = 0;
  std::int64_t answered_ns = 0;
  std::int64_t stop_us = -1;  ///< `@tonearm.stopMicroseconds`
  std::string error{};        ///< of a refusal; gave_up: why
  std::int64_t bytes = 0;     ///< answered: of a download

  std::string type{};    ///< notified: `playPromptOperation`, `call` …
  std::string change{};  ///< created · updated · deleted
  std::string state{};   ///< of a call
  bool audio_active = false;
  std::string tone{};         ///< of a call: the key that was pressed, `tone0` … `pound` …
  std::int64_t sequence = 0;  ///< of that key, from 1
  std::string status{};       ///< of an operation
  int code = 0;
  int subcode = 0;
  std::string reason{};           ///< `completionReason`
  std::int64_t sent_ms = -1;      ///< `@tonearm.sentMs`
  std::int64_t captured_ms = -1;  ///< `@tonearm.capturedMs`

  std::string address{};  ///< listening
};

/// Nothing if the line is no JSON object with `ns` and `event`.
[[nodiscard]] std::optional<BotEvent> parse_bot_event(std::string_view line);

/// For people: what the bot asked, was answered or was told. Empty: not worth a line.
[[nodiscard]] std::string describe(const BotEvent& event);

}  // namespace tonearm::cli
