#include "cli/demo/verdict.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace tonearm::cli {
namespace {

constexpr double kLevelTolerance_db = 1;
constexpr double kSpeaking_dbfs = -40;
constexpr double kUnlike = 0.7;
constexpr std::int64_t kPacketMs = 20;

double ms(std::int64_t ns) {
  return static_cast<double>(ns) / 1e6;
}
std::int64_t length_ms(SampleSpan samples) {
  return static_cast<std::int64_t>(samples.size()) * 1000 / kTelephoneRate;
}

const BotEvent* find(const Evidence& evidence, std::string_view event, std::string_view what,
                     std::string_view prompt = {}) {
  const auto found = std::ranges::find_if(evidence.bot, [&](const BotEvent& candidate) {
    return candidate.event == event && candidate.what == what && candidate.prompt == prompt;
  });
  return found == evidence.bot.end() ? nullptr : &*found;
}

std::vector<const BotEvent*> endings_of_prompts(const Evidence& evidence) {
  std::vector<const BotEvent*> endings;
  for (const BotEvent& event : evidence.bot) {
    if (event.event == "notified" && event.type == "playPromptOperation") endings.push_back(&event);
  }
  return endings;
}

const SoundSegment* segment(const Findings& findings, std::size_t index) {
  return index < findings.segments.size() ? &findings.segments[index] : nullptr;
}

Check call_answered(const Evidence& evidence) {
  const BotEvent* answer = find(evidence, "answered", "answer");
  return {evidence.answered_ns.has_value() && answer != nullptr && answer->http_status == 202,
          "the call was answered", evidence.answered_ns ? "200 to the INVITE" : "no 200 to the INVITE"};
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

Check cut_in_mid_word(const Findings& findings, const Evidence& evidence) {
  const char* what = "it was cut in mid-word";
  const SoundSegment* heard = segment(findings, 0);
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

Check queued_prompt_silent(const Findings& findings, const Evidence& evidence) {
  constexpr std::size_t kBeginning = kTelephoneRate * 4 / 10;
  const auto menu = SampleSpan(evidence.prompts.menu);
  double most = 0;
  for (const SoundSegment& heard : findings.segments) {
    most = std::max(most, best_resemblance(heard.samples, menu.first(std::min(kBeginning, menu.size()))));
  }
  const BotEvent* queued = find(evidence, "answered", "playPrompt", "menu");
  return {most < kUnlike && queued != nullptr && queued->http_status == 200 && findings.segments.size() == 2,
          "the queued prompt was accepted and never sounded",
          fmt::format("highest correlation {:.2f}, {} sounds heard", most, findings.segments.size())};
}

Check nothing_after_the_200(const Evidence& evidence, const Findings& findings) {
  const char* what = "no prompt packet after the 200";
  const BotEvent* goodbye = find(evidence, "answered", "playPrompt", "goodbye");
  if (!findings.cancel_answered_ns || !findings.last_prompt_packet_ns || goodbye == nullptr) {
    return {false, what, "it did not come so far"};
  }
  const auto late = std::ranges::count_if(evidence.heard, [&](const HeardPacket& packet) {
    return !packet.silence && packet.arrived_ns > *findings.cancel_answered_ns &&
           packet.arrived_ns < goodbye->sent_ns;
  });
  return {late == 0, what,
          fmt::format("{} packets; the last one came {:.2f} ms before it", late,
                      ms(*findings.cancel_answered_ns - *findings.last_prompt_packet_ns))};
}

Check endings_in_order(const Evidence& evidence) {
  const auto endings = endings_of_prompts(evidence);
  std::string figure;
  for (const BotEvent* ending : endings) {
    figure += fmt::format("{}{} {} {}/{}", figure.empty() ? "" : ", ", ending->prompt, ending->status,
                          ending->code, ending->subcode);
  }
  const auto cancelled = [&](std::size_t index, std::string_view prompt) {
    const BotEvent& ending = *endings[index];
    return ending.prompt == prompt && ending.status == "failed" && ending.code == 400 &&
           ending.subcode == 8508;
  };
  const bool ok = endings.size() == 3 && cancelled(0, "welcome") && cancelled(1, "menu") &&
                  endings[2]->prompt == "goodbye" && endings[2]->status == "completed";
  return {ok, "each prompt ended once, in order", figure.empty() ? "no notification" : figure};
}

Check sent_as_notified(const Evidence& evidence, const Findings& findings) {
  const auto endings = endings_of_prompts(evidence);
  const SoundSegment* heard = segment(findings, 0);
  const std::int64_t told = endings.empty() ? -1 : endings.front()->sent_ms;
  const std::int64_t got = heard == nullptr ? 0 : length_ms(heard->samples);
  return {told >= 0 && std::abs(told - got) <= kPacketMs,
          "as much was heard as the notification says was sent",
          fmt::format("{} ms heard, {} ms notified", got, told)};
}

Check goodbye_whole(const Evidence& evidence, const Findings& findings) {
  const char* what = "the goodbye was heard to its end";
  const SoundSegment* heard = segment(findings, 1);
  if (heard == nullptr) return {false, what, "nothing was heard"};
  const std::int64_t got = length_ms(heard->samples);
  const std::int64_t whole = length_ms(evidence.prompts.goodbye);
  return {std::abs(got - whole) <= kPacketMs, what, fmt::format("{} of {} ms", got, whole)};
}

Check hang_up_seen(const Evidence& evidence) {
  const bool notified = std::ranges::any_of(evidence.bot, [](const BotEvent& event) {
    return event.event == "notified" && event.type == "call" && event.change == "deleted";
  });
  return {evidence.hung_up_ns.has_value() && notified, "the bot hung up",
          fmt::format("{}, {}", evidence.hung_up_ns ? "the caller got a BYE" : "no BYE",
                      notified ? "the bot was told" : "the bot was not told")};
}

}  // namespace

Findings examine(const Evidence& evidence) {
  Findings findings;
  findings.segments = sound_segments(evidence.heard);
  const BotEvent* cancel = find(evidence, "answered", "cancelMediaProcessing");
  if (cancel != nullptr && cancel->http_status == 200) {
    findings.cancel_sent_ns = cancel->sent_ns;
    findings.cancel_answered_ns = cancel->answered_ns;
  }
  if (!findings.segments.empty()) findings.last_prompt_packet_ns = findings.segments.front().end_ns;
  return findings;
}

std::vector<Check> judge(const Evidence& evidence, const Findings& findings) {
  return {call_answered(evidence),
          prompt_heard("the caller heard welcome.wav", segment(findings, 0), evidence.prompts.welcome),
          cut_in_mid_word(findings, evidence),
          nothing_after_the_200(evidence, findings),
          queued_prompt_silent(findings, evidence),
          endings_in_order(evidence),
          sent_as_notified(evidence, findings),
          prompt_heard("then goodbye.wav", segment(findings, 1), evidence.prompts.goodbye),
          goodbye_whole(evidence, findings),
          hang_up_seen(evidence)};
}

}  // namespace tonearm::cli
