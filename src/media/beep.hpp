#pragma once

#include "media/encoded_prompt.hpp"

namespace tonearm::media {

/// What is played before a recording: 1000 Hz, 250 ms, −12 dBm0 (operations.md §5), ready to be sent. The
/// first call makes it: not in the packet path. Threading: thread-safe.
[[nodiscard]] const PromptPtr& record_beep();

}  // namespace tonearm::media
