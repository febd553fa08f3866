#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tonearm::media {

/// Judges a file by its outside, before any decoder is let at it: is it a WAV container (RIFF, RIFX, RF64),
/// and is all the audio there that its `data` chunk announces. Empty if so, else what is wrong with it, for
/// people; other formats are named.
///
/// A length of 2 GiB − 4 KiB and more is what programs write that stream their audio (ffmpeg, sox, arecord):
/// it stands for "until the end of the file". A file without a `data` chunk passes: that is the decoder's to
/// say. Threading: thread-safe.
[[nodiscard]] std::string wav_objection(std::span<const std::uint8_t> file);

}  // namespace tonearm::media
