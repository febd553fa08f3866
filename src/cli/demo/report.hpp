#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/caller/sound.hpp"
#include "cli/demo/narrator.hpp"
#include "cli/demo/verdict.hpp"

namespace tonearm::cli {

/// The sound of both sides, from the moment the caller dialled.
struct CallSound {
  Samples heard;
  Samples said;
};

/// The whole first call with the cancel and the key as lines through it, then the cancel's surroundings
/// packet by packet.
[[nodiscard]] std::string picture_of(const CallSound& sound, const Evidence& evidence,
                                     const Findings& findings, const Narrator& clock);
/// The three times that matter.
[[nodiscard]] std::string times_of(const Findings& findings, const Narrator& clock);
[[nodiscard]] std::string list_of(const std::vector<Check>& checks, const TerminalStyle& style);

/// `caller-heard.wav` and `caller-said.wav` in `folder`.
[[nodiscard]] base::Result<void> write_sound(const CallSound& sound, const std::filesystem::path& folder);

}  // namespace tonearm::cli
