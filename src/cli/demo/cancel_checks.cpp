#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/demo/checks.hpp"

namespace tonearm::cli {
namespace {

constexpr double kSpeaking_dbfs = -40;
constexpr double kUnlike = 0.7;

double in_ms(std::int64_t ns) {
  return static_cast<double>(ns) / 1e6;
}

Check call_answered(const Evidence& evidence) {
  const BotEvent* answer = event_of(evidence.call, "answered", "answer");
  return {evidence.call.answered_ns.has_value() && answer != nullptr && answer->http_status == 202,
          "the call was answered", evidence.call.answered_ns ? "200 to the INVITE" : "no 200 to the INVITE"};
}

Check cut_in_mid_word(const Findings& findings, const Evidence& evidence) {
  const char* what = "it was cut in mid-word";
  const SoundSegment* heard = segment(findings.segments, 0);
  if (heard == nullptr || heard->samples.size() >= evidence.prompts.welcome.size()) {
    return {false, what, "it was not cut"};
  }
  constexpr std::size_t kWord = kTelephoneRate / 10;
  const auto around = SampleSpan(evidence.prompts.welcome);
  const std::size_t cut = heard->samples.size();
  const std::size_t begin = cut > kWord / 2 ? cut - kWord / 2 : 0;
  const double level = level_dbfs(around.subspan(begin, std::min(kWord, around.size() - begin)));
  return {level > kSpeaking_dbfs, what,
          fmt::format("{} of {} ms, spoken at {:.0f} dBFS there", length_ms(heard->samples),
                      length_ms(evidence.prompts.welcome), level)};
}

Check nothing_after_the_200(const Evidence& evidence, const Findings& findings) {
  const char* what = "no prompt packet after the 200";
  const BotEvent* record = event_of(evidence.call, "answered", "recordResponse", "message");
  if (!findings.cancel_answered_ns || !findings.last_prompt_packet_ns || record == nullptr) {
    return {false, what, "it did not come so far"};
  }
  const auto late = std::ranges::count_if(evidence.call.heard, [&](const HeardPacket& packet) {
    return !packet.silence && packet.arrived_ns > *findings.cancel_answered_ns &&
           packet.arrived_ns < record->sent_ns;
  });
  return {late == 0, what,
          fmt::format("{} packets; the last one came {:.2f} ms before it", late,
                      in_ms(*findings.cancel_answered_ns - *findings.last_prompt_packet_ns))};
}

Check queued_prompt_silent(const Findings& findings, const Evidence& evidence) {
  constexpr std::size_t kBeginning = kTelephoneRate * 4 / 10;
  const auto menu = SampleSpan(evidence.prompts.menu);
  double most = 0;
  for (const SoundSegment& heard : findings.segments) {
    most = std::max(most, best_resemblance(heard.samples, menu.first(std::min(kBeginning, menu.size()))));
  }
  const BotEvent* queued = event_of(evidence.call, "answered", "playPrompt", "menu");
  return {most < kUnlike && queued != nullptr && queued->http_status == 200 && findings.segments.size() == 4,
          "the queued prompt was accepted and never sounded",
          fmt::format("highest correlation {:.2f}, {} sounds heard", most, findings.segments.size())};
}

Check sent_as_notified(const Evidence& evidence, const Findings& findings) {
  const auto endings = endings_of_operations(evidence.call);
  const SoundSegment* heard = segment(findings.segments, 0);
  const std::int64_t told = endings.empty() ? -1 : endings.front()->sent_ms;
  const std::int64_t got = heard == nullptr ? 0 : length_ms(heard->samples);
  return {told >= 0 && std::abs(told - got) <= kPacketMs,
          "as much was heard as the notification says was sent",
          fmt::format("{} ms heard, {} ms notified", got, told)};
}

}  // namespace

std::vector<Check> checks_of_cancel(const Evidence& evidence, const Findings& findings) {
  return {
      call_answered(evidence),
      prompt_heard("the caller heard welcome.wav", segment(findings.segments, 0), evidence.prompts.welcome),
      cut_in_mid_word(findings, evidence),
      nothing_after_the_200(evidence, findings),
      queued_prompt_silent(findings, evidence),
      sent_as_notified(evidence, findings)};
}

}  // namespace tonearm::cli
