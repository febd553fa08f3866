#pragma once

#include <system_error>

namespace tonearm::media {

/// What can fail at this module's edge.
enum class MediaErrc {
  no_port = 1,        ///< Every port of the range is in use or resting.
  no_socket,          ///< The kernel refused a socket (descriptors used up, address not ours).
  no_io_uring,        ///< io_uring was demanded and is not available.
  no_thread,          ///< A media thread could not be started.
  format_unreadable,  ///< The bytes are no WAV that can be played.
  download_failed,    ///< The prompt could not be had.
  too_large,          ///< Beyond `prompts.size_max`, or the frames of playing prompts use all their memory.
  cancelled,          ///< Nobody waits for it any more.
  spool_unreadable,   ///< A recording's spool is missing or is none.
  recording_unwritable,  ///< The disk did not take a recording.
};

std::error_code make_error_code(MediaErrc code);

}  // namespace tonearm::media

template <>
struct std::is_error_code_enum<tonearm::media::MediaErrc> : std::true_type {};
