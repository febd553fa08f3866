#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "media/mailbox.hpp"
#include "media/playlist.hpp"
#include "media/reports.hpp"

namespace tonearm::media {

/// A play operation, and the storage of what will be reported about it.
/// Threading: made and destroyed off the media thread; the media thread's while it is armed there. Whoever
/// prepares a prompt fills the playlist's places meanwhile.
struct PlayOperation {
  PlayOperation(OperationNumber n, std::shared_ptr<Playlist> list, std::function<void()> tell_started,
                std::function<void()> tell_ended)
      : number(n), source(std::move(list)), started(std::move(tell_started)), ended(std::move(tell_ended)) {}

  const OperationNumber number;
  const std::shared_ptr<Playlist> source;
  std::chrono::milliseconds sent{0};    ///< Frames that the kernel took.
  PlayOperation* next_armed = nullptr;  ///< Behind this one, on the media thread.
  ReportMail started;
  ReportMail ended;
};

}  // namespace tonearm::media
