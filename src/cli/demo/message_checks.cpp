#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/demo/checks.hpp"
#include "cli/demo/speech.hpp"

namespace tonearm::cli {
namespace {

/// −12 dBm0. The loudest sine of µ-law is 3.17 dBm0 (ITU-T G.711), and its RMS −3.2 dBFS.
constexpr double kBeepLevel_dbfs = -18.4;
constexpr std::int64_t kBeepMs = 250;
constexpr std::int64_t kLengthTolerance_ms = 40;

Check beep_heard(const Findings& findings) {
  const char* what = "after the cancel the caller heard a beep";
  const SoundSegment* heard = segment(findings.segments, 1);
  if (heard == nullptr) return {false, what, "nothing was heard"};
  const double share = beep_share(heard->samples);
  const double level = level_dbfs(heard->samples);
  const std::int64_t length = length_ms(heard->samples);
  return {share >= kBeep && std::abs(level - kBeepLevel_dbfs) <= kLevelTolerance_db &&
              std::abs(length - kBeepMs) <= kPacketMs,
          what, fmt::format("{} ms, {:.0f} % of it 1000 Hz, {:.1f} dBFS", length, 100 * share, level)};
}

Check key_ended_the_record(const Evidence& evidence) {
  const char* what = "the # ended the record";
  const auto endings = endings_of_operations(evidence.call);
  const auto record =
      std::ranges::find_if(endings, [](const BotEvent* ending) { return ending->type == "recordOperation"; });
  if (record == endings.end()) return {false, what, "no notification"};
  const BotEvent& ending = **record;
  return {evidence.pressed_ns && *evidence.pressed_ns < ending.at_ns && ending.prompt == "message" &&
              ending.status == "completed" && ending.reason == "stopToneDetected",
          what,
          fmt::format("{} {}/{} {}, {} ms captured", ending.status, ending.code, ending.subcode,
                      ending.reason, ending.captured_ms)};
}

Check key_was_told(const Evidence& evidence) {
  std::string figure;
  bool only_pound = true;
  int keys = 0;
  for (const BotEvent& event : evidence.call.bot) {
    if (event.event != "notified" || event.tone.empty()) continue;
    ++keys;
    only_pound = only_pound && event.tone == "pound" && event.sequence == 1;
    figure += fmt::format("{}{}, number {}", figure.empty() ? "" : ", ", event.tone, event.sequence);
  }
  return {keys == 1 && only_pound, "and the bot was told of that key, once",
          figure.empty() ? "no key was told" : figure};
}

Check recording_downloaded(const Evidence& evidence) {
  const char* what = "the bot fetched the recording with its token";
  const BotEvent* download = event_of(evidence.call, "answered", "download");
  if (download == nullptr) return {false, what, "it did not ask"};
  return {download->http_status == 200 && download->bytes > 0, what,
          fmt::format("{}, {} bytes", download->http_status, download->bytes)};
}

/// Both without the silence around them: when the caller began to speak is its own affair.
Check is_the_speech(const char* what, SampleSpan sound, const Evidence& evidence) {
  const SampleSpan got = without_silence(sound);
  const SampleSpan said = without_silence(evidence.prompts.speech);
  if (got.empty() || said.empty()) return {false, what, "nothing"};
  const double like = likeness(got, said);
  const double off_db = level_dbfs(got) - level_dbfs(said);
  const std::int64_t longer = length_ms(got) - length_ms(said);
  return {like >= kSame && std::abs(off_db) <= kLevelTolerance_db && std::abs(longer) <= kLengthTolerance_ms,
          what,
          fmt::format("{} of {} ms, correlation {:.3f}, {:+.1f} dB", length_ms(got), length_ms(said), like,
                      off_db)};
}

}  // namespace

std::vector<Check> checks_of_message(const Evidence& evidence, const Findings& findings) {
  const SoundSegment* playback = segment(findings.segments, 2);
  return {beep_heard(findings),
          key_ended_the_record(evidence),
          key_was_told(evidence),
          recording_downloaded(evidence),
          is_the_speech("it is what the caller said", evidence.recorded, evidence),
          is_the_speech("played back, the caller heard itself",
                        playback == nullptr ? SampleSpan() : SampleSpan(playback->samples), evidence)};
}

}  // namespace tonearm::cli
