#include "media/recorder.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/log.hpp"
#include "media/errc.hpp"
#include "media/recording_file.hpp"
#include "media/rtp_sockets.hpp"
#include "media/spool.hpp"
#include "media/thread_priority.hpp"

namespace tonearm::media {

/// One capture and its spool. Threading: the spooler's.
class Recorder::Track {
 public:
  Track(std::shared_ptr<Capture> capture, const std::filesystem::path& folder)
      : capture_(std::move(capture)), path_(spool_path(folder, capture_->operation())) {}

  /// True if something was written.
  bool spool() {
    if (!capture_->has_begun()) return false;
    if (!file_.valid() && !failure_) create();
    while (const auto packet = capture_->pop()) append_spool_audio(buffer_, capture_->began(), *packet);
    return flush();
  }
  base::Result<void> finish(std::chrono::milliseconds length) {
    spool();
    append_spool_end(buffer_, length);
    flush();
    if (capture_->dropped() > 0)
      spdlog::warn("recording {}: {} packets lost, the disk was too slow", capture_->operation().to_string(),
                   capture_->dropped());
    if (failure_) return base::fail(MediaErrc::recording_unwritable, failure_.message());
    return {};
  }
  void discard() {
    if (file_.valid()) ::unlink(path_.c_str());
  }

 private:
  void create() {
    file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file_.valid()) failure_ = {errno, std::generic_category()};
    append_spool_header(buffer_);
  }
  /// What a full disk did not take is tried again with the next, so that the spool has no hole.
  bool flush() {
    bool written = false;
    while (file_.valid() && !buffer_.empty()) {
      const ssize_t n = ::write(file_.get(), buffer_.data(), buffer_.size());
      if (n < 0 && errno == EINTR) continue;
      failure_ = n < 0 ? std::error_code(errno, std::generic_category()) : std::error_code();
      if (n < 0) break;
      written = true;
      buffer_.erase(0, static_cast<std::size_t>(n));
    }
    return written;
  }

  const std::shared_ptr<Capture> capture_;
  const std::filesystem::path path_;
  Descriptor file_;
  std::string buffer_;
  std::error_code failure_;
};

Recorder::Recorder(Options options) : options_(std::move(options)) {
  std::error_code failure;
  std::filesystem::create_directories(options_.folder, failure);
  if (failure) {
    spdlog::error("no folder for recordings, {}: {}", options_.folder.string(), failure.message());
  } else {
    std::filesystem::permissions(options_.folder, std::filesystem::perms::owner_all, failure);
  }
  threads_.emplace_back([this] { run_spooler(); });
  threads_.emplace_back([this] { run_syncer(); });
  for (unsigned i = 0; i < std::max(options_.writers, 1U); ++i)
    threads_.emplace_back([this] { run_writer(); });
}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::shared_ptr<Capture> Recorder::open(base::Guid operation) {
  auto capture = std::make_shared<Capture>(operation);
  post({.kind = Order::Kind::open, .capture = capture, .done = {}});
  return capture;
}

void Recorder::finish(const std::shared_ptr<Capture>& capture, std::chrono::milliseconds length, Done done) {
  post({.kind = Order::Kind::finish, .capture = capture, .length = length, .done = std::move(done)});
}

void Recorder::discard(const std::shared_ptr<Capture>& capture) {
  post({.kind = Order::Kind::discard, .capture = capture, .done = {}});
}

void Recorder::post(Order order) {
  {
    const std::lock_guard lock(mutex_);
    orders_.push_back(std::move(order));
  }
  changed_.notify_all();
}

void Recorder::run_spooler() {
  prepare_thread("rec-spool");
  Tracks tracks;
  std::unique_lock lock(mutex_);
  while (!stopping_ || !orders_.empty()) {
    const auto due = [this] { return stopping_ || !orders_.empty(); };
    if (tracks.empty())
      changed_.wait(lock, due);
    else
      changed_.wait_for(lock, options_.spool_every, due);
    auto orders = std::exchange(orders_, {});
    lock.unlock();
    for (Order& order : orders) carry_out(order, tracks);
    bool written = false;
    for (auto& [capture, track] : tracks) written = track.spool() || written;
    lock.lock();
    unsynced_ = unsynced_ || written;
  }
  spooler_gone_ = true;
  changed_.notify_all();
}

void Recorder::carry_out(Order& order, Tracks& tracks) {
  const Capture* capture = order.capture.get();
  if (order.kind == Order::Kind::open) {
    tracks.try_emplace(capture, order.capture, options_.folder);
    return;
  }
  auto track = tracks.extract(capture);
  if (track.empty()) return;
  if (order.kind == Order::Kind::discard) return track.mapped().discard();
  Job job{capture->operation(), track.mapped().finish(order.length), std::move(order.done)};
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
}

/// One call for all spools: synced one by one, a thousand would keep the disk's journal busy for seconds.
void Recorder::run_syncer() {
  prepare_thread("rec-sync");
  const Descriptor folder(::open(options_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, options_.sync_every, [this] { return stopping_; })) {
    if (!std::exchange(unsynced_, false)) continue;
    lock.unlock();
    ::syncfs(folder.get());
    lock.lock();
  }
}

void Recorder::run_writer() {
  prepare_thread("rec-write");
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !jobs_.empty() || spooler_gone_; });
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    write(job);
    lock.lock();
  }
}

void Recorder::write(const Job& job) {
  base::Result<void> result = job.spooled;
  if (result) {
    if (const auto built = build_recording(options_.folder, job.operation); !built)
      result = std::unexpected(built.error());
    else if (built->reanchored > 0)
      spdlog::info("recording {}: the far end's timestamps were not believed {} times",
                   job.operation.to_string(), built->reanchored);
  }
  if (!result)
    spdlog::error("recording {}: {}; its spool is kept", job.operation.to_string(), result.error().message());
  if (options_.written) options_.written(job.operation, result.has_value());
  job.done(result);
}

}  // namespace tonearm::media
