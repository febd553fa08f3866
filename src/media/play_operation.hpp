#pragma once

#include <memory>
#include <utility>

#include "media/playlist.hpp"
#include "media/queued_operation.hpp"

namespace tonearm::media {

/// Plays its list. Threading: as QueuedOperation; whoever prepares a prompt fills the playlist's places
/// meanwhile.
class PlayOperation final : public QueuedOperation {
 public:
  PlayOperation(OperationNumber n, std::shared_ptr<Playlist> list, std::function<void()> tell_started,
                std::function<void()> tell_ended)
      : QueuedOperation(n, std::move(tell_started), std::move(tell_ended)), list_(std::move(list)) {}

  SourceFrame next(Codec codec, std::size_t samples, base::TimePoint) override {
    return list_->next(codec, samples);
  }
  void sent(std::chrono::milliseconds time) override { sent_ += time; }
  [[nodiscard]] std::chrono::milliseconds duration() const override { return sent_; }

 private:
  const std::shared_ptr<Playlist> list_;
  std::chrono::milliseconds sent_{0};
};

}  // namespace tonearm::media
