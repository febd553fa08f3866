#include "media/recording_track.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/log.hpp"
#include "media/errc.hpp"
#include "media/recording_file.hpp"
#include "media/spool.hpp"

namespace tonearm::media {

Recorder::Track::Track(std::shared_ptr<Capture> capture, const std::filesystem::path& folder)
    : capture_(std::move(capture)), path_(spool_path(folder, capture_->operation())) {}

bool Recorder::Track::take() {
  if (!capture_->has_begun()) return false;
  const std::lock_guard lock(mutex_);
  write_header();
  while (const auto packet = capture_->pop()) append_spool_audio(taken_, capture_->began(), *packet);
  return !taken_.empty();
}

void Recorder::Track::finish(std::chrono::milliseconds length, Done done) {
  take();
  const std::lock_guard lock(mutex_);
  write_header();
  append_spool_end(taken_, length);
  done_ = std::move(done);
  told_ = State::complete;
}

void Recorder::Track::discard() {
  const std::lock_guard lock(mutex_);
  told_ = State::unwanted;
}

bool Recorder::Track::spool() {
  State told = State::going_on;
  {
    const std::lock_guard lock(mutex_);
    told = told_;
    writing_ += std::exchange(taken_, {});
  }
  const bool written = told != State::unwanted && flush();
  if (told == State::unwanted && file_.valid()) ::unlink(path_.c_str());
  state_ = told;
  return written;
}

std::optional<Recorder::Job> Recorder::Track::job() {
  if (state_ != State::complete) return std::nullopt;
  if (capture_->dropped() > 0)
    spdlog::warn("recording {}: {} packets lost, the recorder was too slow",
                 capture_->operation().to_string(), capture_->dropped());
  base::Result<void> spooled;
  if (failure_) spooled = base::fail(MediaErrc::recording_unwritable, failure_.message());
  return Job{capture_->operation(), std::move(spooled), std::move(done_)};
}

void Recorder::Track::write_header() {
  if (!std::exchange(has_header_, true)) append_spool_header(taken_);
}

void Recorder::Track::create() {
  file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  failure_ = file_.valid() ? std::error_code() : std::error_code(errno, std::generic_category());
}

/// What a full disk did not take is tried again with the next, so that the spool has no hole.
bool Recorder::Track::flush() {
  if (writing_.empty()) return false;
  if (!file_.valid()) create();
  bool written = false;
  while (file_.valid() && !writing_.empty()) {
    const ssize_t n = ::write(file_.get(), writing_.data(), writing_.size());
    if (n < 0 && errno == EINTR) continue;
    failure_ = n < 0 ? std::error_code(errno, std::generic_category()) : std::error_code();
    if (n < 0) break;
    written = true;
    writing_.erase(0, static_cast<std::size_t>(n));
  }
  return written;
}

}  // namespace tonearm::media
