#include "cli/demo/prompts.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "cli/caller/wav_file.hpp"
#include "cli/demo/speech.hpp"

namespace tonearm::cli {
namespace {

/// Energy of the part of a sound that is this tone, whatever its phase, by the sound's own.
double tone_share(SampleSpan samples, double hertz) {
  double in_phase = 0;
  double across = 0;
  double energy = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / kTelephoneRate;
    in_phase += samples[i] * std::cos(angle);
    across += samples[i] * std::sin(angle);
    energy += static_cast<double>(samples[i]) * samples[i];
  }
  if (energy == 0) return 0;
  return 2 * (in_phase * in_phase + across * across) / static_cast<double>(samples.size()) / energy;
}

}  // namespace

base::Result<Prompts> Prompts::read(const std::filesystem::path& folder) {
  Prompts prompts;
  for (const auto& [name, samples] : {std::pair{"welcome.wav", &prompts.welcome},
                                      {"menu.wav", &prompts.menu},
                                      {"goodbye.wav", &prompts.goodbye}}) {
    auto read = read_wav(folder / name);
    if (!read) return std::unexpected(read.error());
    *samples = *std::move(read);
  }
  prompts.speech = cli::speech();
  return prompts;
}

double likeness(SampleSpan heard, SampleSpan prompt) {
  constexpr int kShift = kTelephoneRate / 100;  // resamplers may place it up to 10 ms off
  const std::size_t common = std::min(heard.size(), prompt.size());
  return similarity(heard.first(common), prompt.first(common), kShift);
}

double beep_share(SampleSpan heard) {
  double share = 0;
  for (int hertz = 990; hertz <= 1010; ++hertz) share = std::max(share, tone_share(heard, hertz));
  return share;
}

std::string recognise(SampleSpan sound, const Prompts& prompts) {
  constexpr std::size_t kEnough = kTelephoneRate / 2;
  const SampleSpan heard = sound.first(std::min(kEnough, sound.size()));
  if (likeness(heard, prompts.welcome) >= kSame) return "welcome.wav";
  if (likeness(heard, prompts.menu) >= kSame) return "menu.wav";
  if (likeness(heard, prompts.goodbye) >= kSame) return "goodbye.wav";
  if (likeness(without_silence(heard), prompts.speech) >= kSame) return "own voice";
  if (beep_share(heard) >= kBeep) return "beep";
  return {};
}

}  // namespace tonearm::cli
