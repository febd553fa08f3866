#pragma once

#include "cli/caller/sound.hpp"

namespace tonearm::cli {

/// What the caller of the demo says: some 2 s that have the shape of speech without a word in it, syllables
/// of voiced harmonics with a falling and rising pitch and the formants of vowels, short pauses, and a bed of
/// noise 60 dB below full scale so that none of it is a codec's silence. The same each time; −20 dBFS.
[[nodiscard]] Samples speech();

/// A sound without the silence around it (at most what an A-law zero and a resampler make of it).
[[nodiscard]] SampleSpan without_silence(SampleSpan samples);

}  // namespace tonearm::cli
