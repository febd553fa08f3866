#include "media/recorder.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/log.hpp"
#include "media/errc.hpp"
#include "media/recording_file.hpp"
#include "media/recording_track.hpp"
#include "media/rtp_sockets.hpp"
#include "media/thread_priority.hpp"

namespace tonearm::media {

Recorder::Recorder(Options options) : options_(std::move(options)) {
  std::error_code failure;
  std::filesystem::create_directories(options_.folder, failure);
  if (failure) {
    spdlog::error("no folder for recordings, {}: {}", options_.folder.string(), failure.message());
  } else {
    std::filesystem::permissions(options_.folder, std::filesystem::perms::owner_all, failure);
  }
  threads_.emplace_back([this] { run_taker(); });
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

void Recorder::run_taker() {
  prepare_thread("rec-take");
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
    bool taken = !orders.empty();
    for (Order& order : orders) carry_out(order, tracks);
    for (auto& [capture, track] : tracks) taken = track->take() || taken;
    lock.lock();
    taken_ = taken_ || taken;
    if (taken_) spool_due_.notify_one();
  }
  taker_gone_ = true;
  spool_due_.notify_one();
}

void Recorder::carry_out(Order& order, Tracks& tracks) {
  const Capture* capture = order.capture.get();
  if (order.kind == Order::Kind::open) {
    auto track = std::make_shared<Track>(order.capture, options_.folder);
    tracks.emplace(capture, track);
    const std::lock_guard lock(mutex_);
    spooled_.push_back(std::move(track));
    return;
  }
  const auto track = tracks.extract(capture);
  if (track.empty()) return;
  if (order.kind == Order::Kind::discard)
    track.mapped()->discard();
  else
    track.mapped()->finish(order.length, std::move(order.done));
}

void Recorder::run_spooler() {
  prepare_thread("rec-spool");
  std::unique_lock lock(mutex_);
  for (;;) {
    spool_due_.wait(lock, [this] { return taken_ || taker_gone_; });
    if (!std::exchange(taken_, false)) break;
    auto tracks = spooled_;
    lock.unlock();
    bool written = false;
    for (const auto& track : tracks) written = track->spool() || written;
    lock.lock();
    unsynced_ = unsynced_ || written;
    hand_over();
  }
  spooler_gone_ = true;
  changed_.notify_all();
}

/// What is complete goes to the writers. With the lock.
void Recorder::hand_over() {
  for (const auto& track : spooled_) {
    if (auto job = track->job()) jobs_.push_back(std::move(*job));
  }
  std::erase_if(spooled_, [](const auto& track) { return track->is_over(); });
  if (!jobs_.empty()) changed_.notify_all();
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
