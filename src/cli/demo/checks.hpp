#pragma once

#include <string_view>
#include <vector>

#include "cli/demo/verdict.hpp"

namespace tonearm::cli {

// The checks that `judge` puts together, each group in a file of its own, and what they share.

[[nodiscard]] std::vector<Check> checks_of_cancel(const Evidence& evidence, const Findings& findings);
[[nodiscard]] std::vector<Check> checks_of_message(const Evidence& evidence, const Findings& findings);
[[nodiscard]] std::vector<Check> checks_of_ending(const Evidence& evidence, const Findings& findings);
[[nodiscard]] std::vector<Check> checks_of_call_back(const Evidence& evidence, const Findings& findings);

inline constexpr double kLevelTolerance_db = 1;
inline constexpr std::int64_t kPacketMs = 20;

[[nodiscard]] inline std::int64_t length_ms(SampleSpan samples) {
  return static_cast<std::int64_t>(samples.size()) * 1000 / kTelephoneRate;
}

/// The first one of its kind, or null.
[[nodiscard]] const BotEvent* event_of(const SeenCall& call, std::string_view event, std::string_view what,
                                       std::string_view prompt = {});
/// Notifications of plays and records, in order.
[[nodiscard]] std::vector<const BotEvent*> endings_of_operations(const SeenCall& call);
[[nodiscard]] bool was_told_of_the_end(const SeenCall& call);
/// Null if less was heard.
[[nodiscard]] const SoundSegment* segment(const std::vector<SoundSegment>& segments, std::size_t index);

/// It is that prompt, or its beginning, at its level.
[[nodiscard]] Check prompt_heard(const char* what, const SoundSegment* heard, SampleSpan prompt);
/// Not one packet more or less than the prompt has.
[[nodiscard]] Check heard_whole(const char* what, const SoundSegment* heard, SampleSpan prompt);

}  // namespace tonearm::cli
