#include "media/errc.hpp"

#include <string>

namespace tonearm::media {
namespace {

class MediaCategory final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "media"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<MediaErrc>(code)) {
      case MediaErrc::no_port:
        return "no free media port";
      case MediaErrc::no_socket:
        return "no media socket";
      case MediaErrc::no_io_uring:
        return "io_uring is not available";
      case MediaErrc::no_thread:
        return "no media thread";
      case MediaErrc::format_unreadable:
        return "the audio format is not readable";
      case MediaErrc::download_failed:
        return "the file could not be downloaded";
      case MediaErrc::too_large:
        return "the file is too large";
      case MediaErrc::cancelled:
        return "cancelled";
      case MediaErrc::spool_unreadable:
        return "the recording's spool is not readable";
      case MediaErrc::recording_unwritable:
        return "the recording could not be written";
    }
    return "unknown media error";
  }
};

}  // namespace

std::error_code make_error_code(MediaErrc code) {
  static const MediaCategory category;
  return {static_cast<int>(code), category};
}

}  // namespace tonearm::media
