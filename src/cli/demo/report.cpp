#include "cli/demo/report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/caller/wav_file.hpp"
#include "cli/picture/picture.hpp"

namespace tonearm::cli {
namespace {

constexpr int kStepMs = 20;

std::string strip_of(const Evidence& evidence, const Findings& findings, const Narrator& clock) {
  constexpr double kBefore_ms = 70;
  constexpr double kAfter_ms = 70;
  const double last = clock.ms(*findings.last_prompt_packet_ns);
  const double sent = clock.ms(*findings.cancel_sent_ns);
  const double answered = clock.ms(*findings.cancel_answered_ns);
  PacketStrip strip{.from_ms = std::min(last, sent) - kBefore_ms,
                    .to_ms = std::max(last, answered) + kAfter_ms,
                    .packets = {},
                    .marks = {{last, fmt::format("{:.2f} ms last prompt packet", last)},
                              {sent, fmt::format("{:.2f} ms cancel sent", sent)},
                              {answered, fmt::format("{:.2f} ms 200 received", answered)}}};
  std::ranges::sort(strip.marks, {}, &Mark::at_ms);
  for (const HeardPacket& packet : evidence.call.heard) {
    strip.packets.push_back({clock.ms(packet.arrived_ns), !packet.silence});
  }
  return draw(strip, clock.style());
}

}  // namespace

std::string picture_of(const CallSound& sound, const Evidence& evidence, const Findings& findings,
                       const Narrator& clock) {
  const auto samples = static_cast<double>(std::max(sound.heard.size(), sound.said.size()));
  Picture picture{.from_ms = 0,
                  .to_ms = std::max(1000.0, samples * 1000 / kTelephoneRate),
                  .step_ms = kStepMs,
                  .lanes = {{"bot", Ink::cyan, levels_of(sound.heard, kStepMs)},
                            {"caller", Ink::green, levels_of(sound.said, kStepMs)}},
                  .marks = {}};
  for (const SoundSegment& segment : findings.segments) {
    const std::string name = recognise(segment.samples, evidence.prompts);
    const std::string caption = name.substr(0, name.find(".wav"));  // space is scarce
    picture.lanes[0].captions.push_back({clock.ms(segment.begin_ns), name.empty() ? "?" : caption});
  }
  const auto speaks = std::ranges::find_if(sound.said, [](std::int16_t sample) { return sample != 0; });
  if (speaks != sound.said.end()) {
    const auto at = static_cast<double>(speaks - sound.said.begin());
    picture.lanes[1].captions.push_back({at * 1000 / kTelephoneRate, "a message"});
  }
  if (findings.cancel_sent_ns) picture.marks.push_back({clock.ms(*findings.cancel_sent_ns), "cancel"});
  if (evidence.pressed_ns) picture.marks.push_back({clock.ms(*evidence.pressed_ns), "key #"});
  std::string out = draw(picture, clock.style());
  if (findings.cancel_sent_ns && findings.last_prompt_packet_ns) {
    out += "\n" + strip_of(evidence, findings, clock);
  }
  return out;
}

std::string times_of(const Findings& findings, const Narrator& clock) {
  const auto line = [&](const char* what, const std::optional<std::int64_t>& at, const char* by) {
    const std::string value = at ? fmt::format("{:10.2f} ms", clock.ms(*at)) : std::string("         none");
    return fmt::format("  {:<32}{}   {}\n", what, value, by);
  };
  std::string out = line("cancel sent", findings.cancel_sent_ns, "(the bot's clock)") +
                    line("last prompt packet on the wire", findings.last_prompt_packet_ns,
                         "(the kernel's stamp on the caller's socket)") +
                    line("200 received", findings.cancel_answered_ns, "(the bot's clock)");
  if (findings.cancel_sent_ns && findings.cancel_answered_ns) {
    const double took = static_cast<double>(*findings.cancel_answered_ns - *findings.cancel_sent_ns) / 1e6;
    out += fmt::format("  {:<32}{:10.2f} ms\n", "from cancel to 200", took);
  }
  return out;
}

std::string list_of(const std::vector<Check>& checks, const TerminalStyle& style) {
  const std::string good = painted(style.unicode ? "✓" : "ok    ", Ink::green, style);
  const std::string bad = painted(style.unicode ? "✗" : "FAILED", Ink::red, style);
  std::string out;
  for (const Check& check : checks) {
    out += fmt::format("  {} {}: {}\n", check.ok ? good : bad, check.what, check.figure);
  }
  return out;
}

base::Result<void> write_sound(const CallSound& sound, const std::filesystem::path& folder) {
  if (auto done = write_wav(folder / "caller-heard.wav", sound.heard); !done) return done;
  return write_wav(folder / "caller-said.wav", sound.said);
}

}  // namespace tonearm::cli
