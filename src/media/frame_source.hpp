#pragma once

#include <cstdint>

#include "media/codec.hpp"

namespace tonearm::media {

/// What one tick gets from a source.
struct SourceFrame {
  enum class Kind : std::uint8_t {
    audio,    ///< `bytes` are to be sent.
    waiting,  ///< Nothing yet (a later prompt is still being fetched): silence goes out, time passes.
    quiet,    ///< Silence goes out, and that is how it is meant: a recording.
    end,      ///< Nothing more will come; nothing was taken.
  };
  Kind kind = Kind::end;
  const std::uint8_t* bytes = nullptr;
  bool last = false;  ///< The source is over with this frame.
};

/// Where the frames of an operation come from: prompts, later beeps and mixers.
/// Threading: media thread; neither allocates nor locks.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  /// `samples` long, 1 byte each. Moves on by them.
  virtual SourceFrame next(Codec codec, std::size_t samples) = 0;
};

}  // namespace tonearm::media
