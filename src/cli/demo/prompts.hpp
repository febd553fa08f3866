#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "cli/caller/sound.hpp"

namespace tonearm::cli {

/// What may be heard, at telephone rate: to compare with what was heard.
struct Prompts {
  Samples welcome;  ///< Played, cancelled in mid-word.
  Samples menu;     ///< Queued, never to be heard.
  Samples goodbye;  ///< Played to its end.
  Samples speech;   ///< What the caller says, played back to it.

  /// `welcome.wav`, `menu.wav`, `goodbye.wav` of a folder; the speech is our own.
  [[nodiscard]] static base::Result<Prompts> read(const std::filesystem::path& folder);
};

/// How much a sound is like the beginning of a prompt, 0…1. Two or more tenths of a second tell any two
/// apart.
[[nodiscard]] double likeness(SampleSpan heard, SampleSpan prompt);

/// From here on `likeness` means that it is that prompt. G.711 and resampling leave 0.99 and more; two voices
/// by chance stay below 0.5.
inline constexpr double kSame = 0.95;

/// How much of a sound's energy is one tone of 1000 ± 10 Hz, 0…1; 0 for silence.
[[nodiscard]] double beep_share(SampleSpan heard);
/// From here on it is a beep. Its soft ends and the rest of its last packet leave 0.95; speech has less than
/// 0.5.
inline constexpr double kBeep = 0.9;

/// `welcome.wav`, `menu.wav`, `goodbye.wav`, `beep`, `own voice`, or empty if it is none of them.
[[nodiscard]] std::string recognise(SampleSpan heard, const Prompts& prompts);

}  // namespace tonearm::cli
