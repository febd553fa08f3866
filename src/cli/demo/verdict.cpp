#include "cli/demo/verdict.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/demo/checks.hpp"

namespace tonearm::cli {

const BotEvent* event_of(const SeenCall& call, std::string_view event, std::string_view what,
                         std::string_view prompt) {
  const auto found = std::ranges::find_if(call.bot, [&](const BotEvent& candidate) {
    return candidate.event == event && candidate.what == what && candidate.prompt == prompt;
  });
  return found == call.bot.end() ? nullptr : &*found;
}

std::vector<const BotEvent*> endings_of_operations(const SeenCall& call) {
  std::vector<const BotEvent*> endings;
  for (const BotEvent& event : call.bot) {
    const bool is_operation = event.type == "playPromptOperation" || event.type == "recordOperation";
    if (event.event == "notified" && is_operation) endings.push_back(&event);
  }
  return endings;
}

bool was_told_of_the_end(const SeenCall& call) {
  return std::ranges::any_of(call.bot, [](const BotEvent& event) {
    return event.event == "notified" && event.type == "call" && event.change == "deleted";
  });
}

const SoundSegment* segment(const std::vector<SoundSegment>& segments, std::size_t index) {
  return index < segments.size() ? &segments[index] : nullptr;
}

Check prompt_heard(const char* what, const SoundSegment* heard, SampleSpan prompt) {
  if (heard == nullptr) return {false, what, "nothing was heard"};
  const std::size_t common = std::min(heard->samples.size(), prompt.size());
  const double like = likeness(heard->samples, prompt);
  const double level = level_dbfs(heard->samples);
  const double off_db = level - level_dbfs(prompt.first(common));
  return {like >= kSame && std::abs(off_db) <= kLevelTolerance_db, what,
          fmt::format("{} ms, correlation {:.3f}, level {:.1f} dBFS ({:+.1f} dB)", length_ms(heard->samples),
                      like, level, off_db)};
}

Check heard_whole(const char* what, const SoundSegment* heard, SampleSpan prompt) {
  if (heard == nullptr) return {false, what, "nothing was heard"};
  const std::int64_t got = length_ms(heard->samples);
  const std::int64_t whole = length_ms(prompt);
  return {std::abs(got - whole) <= kPacketMs, what, fmt::format("{} of {} ms", got, whole)};
}

Findings examine(const Evidence& evidence) {
  Findings findings;
  findings.segments = sound_segments(evidence.call.heard);
  findings.back_segments = sound_segments(evidence.back.heard);
  const BotEvent* cancel = event_of(evidence.call, "answered", "cancelMediaProcessing");
  if (cancel != nullptr && cancel->http_status == 200) {
    findings.cancel_sent_ns = cancel->sent_ns;
    findings.cancel_answered_ns = cancel->answered_ns;
  }
  if (!findings.segments.empty()) findings.last_prompt_packet_ns = findings.segments.front().end_ns;
  return findings;
}

std::vector<Check> judge(const Evidence& evidence, const Findings& findings) {
  std::vector<Check> all;
  for (const auto group : {checks_of_cancel, checks_of_message, checks_of_ending, checks_of_call_back}) {
    const std::vector<Check> checks = group(evidence, findings);
    all.insert(all.end(), checks.begin(), checks.end());
  }
  return all;
}

}  // namespace tonearm::cli
