#include "media/engine.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/log.hpp"
#include "media/locked_memory.hpp"

namespace tonearm::media {

base::Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options, PromptFetcher& fetcher) {
  std::unique_ptr<Engine> engine(new Engine(std::move(options), fetcher));
  if (auto started = engine->start_threads(); !started) return std::unexpected(started.error());
  engine->watch_threads();
  return engine;
}

Engine::Engine(EngineOptions options, PromptFetcher& fetcher)
    : options_(std::move(options)),
      ports_(options_.ports, options_.quarantine),
      prompts_(fetcher, options_.prompts) {
  if (options_.recordings.empty()) return;
  Recorder::Options recorder;
  recorder.folder = options_.recordings;
  recorder.written = options_.recording_written;
  recorder_ = std::make_unique<Recorder>(std::move(recorder));
}

base::Result<void> Engine::start_threads() {
  limit_realtime();
  allow_locking();
  for (unsigned index = 0; index < std::max(options_.threads, 1U); ++index) {
    threads_.push_back(
        std::make_unique<MediaThread>(MediaThread::Options{.index = index,
                                                           .backend = options_.backend,
                                                           .limits = options_.io,
                                                           .raise_priority = options_.raise_priority},
                                      dispatcher_));
    if (auto started = threads_.back()->start(); !started) return started;
    load_[threads_.back().get()] = 0;
  }
  const MediaThread& first = *threads_.front();
  spdlog::info("media: {} thread(s), {}, {} priority", threads_.size(), first.backend(),
               name_of(first.priority()));
  if (options_.raise_priority && first.priority() == ThreadPriority::ordinary)
    spdlog::warn("media threads got no raised priority (CAP_SYS_NICE); sound may stutter under load");
  return {};
}

void Engine::watch_threads() {
  std::vector<Watchdog::Subject> subjects;
  for (const auto& thread : threads_) {
    auto alive = [counters = &std::as_const(*thread).counters(), last = std::uint64_t{0}]() mutable {
      const bool idle = counters->sessions.read() == 0;
      return std::exchange(last, counters->wakes.read()) != last || idle;
    };
    subjects.push_back({.alive = std::move(alive), .stuck = [] {
                          spdlog::critical("a media thread has been stuck for 10 s");
                          std::abort();
                        }});
  }
  watchdog_ = std::make_unique<Watchdog>(std::move(subjects));
}

Engine::~Engine() {
  watchdog_.reset();
  std::unique_lock lock(mutex_);
  const auto sessions = sessions_;
  lock.unlock();
  for (const auto& [key, session] : sessions) session->post_close();
  lock.lock();
  session_gone_.wait(lock, [this] { return sessions_.empty(); });
}

base::Result<std::shared_ptr<Session>> Engine::open(OpenRequest request) {
  const std::string& address = request.address.empty() ? options_.address : request.address;
  auto sockets = open_rtp_sockets(address, ports_, options_.sockets);
  if (!sockets) return std::unexpected(sockets.error());
  const std::lock_guard lock(mutex_);
  MediaThread& thread = emptiest_thread();
  ++load_[&thread];
  auto session = std::allocate_shared<Session>(
      LockedAllocator<Session>(), Session::Environment{thread, dispatcher_, prompts_, recorder_.get()},
      std::move(*sockets), Stream::Options{.lost_after = options_.lost_after, .tap = std::move(request.tap)},
      std::move(request.sink), [this, &thread](Session& over) {
        {
          const std::lock_guard guard(mutex_);
          --load_[&thread];
        }
        forget(over);
      });
  sessions_.emplace(session.get(), session);
  warn_if_not_locked();
  session->post_attach();
  if (request.settings) session->post_update(*request.settings);
  return session;
}

void Engine::warn_if_not_locked() {
  if (!options_.raise_priority || locks_refused() == 0 || std::exchange(warned_, true)) return;
  spdlog::warn("not all media memory is locked (RLIMIT_MEMLOCK); sound may stutter if the machine swaps");
}

MediaThread& Engine::emptiest_thread() {
  const auto least =
      std::ranges::min_element(threads_, {}, [this](const auto& thread) { return load_[thread.get()]; });
  return **least;
}

void Engine::forget(Session& session) {
  ports_.give_back(session.local_rtp().port, base::SteadyClock::now());
  std::shared_ptr<Session> last;  // destroyed outside the lock
  const std::lock_guard lock(mutex_);
  last = std::move(sessions_.extract(&session).mapped());
  session_gone_.notify_all();
}

MediaSnapshot Engine::metrics() const {
  MediaSnapshot snapshot;
  for (const auto& thread : threads_) {
    snapshot.add(std::as_const(*thread).counters());
    if (thread->priority() == ThreadPriority::ordinary) ++snapshot.ordinary_threads;
  }
  snapshot.locks_refused = locks_refused();
  return snapshot;
}

std::vector<std::chrono::nanoseconds> Engine::cpu_times() const {
  std::vector<std::chrono::nanoseconds> times;
  for (const auto& thread : threads_) times.push_back(thread->cpu_time());
  return times;
}

}  // namespace tonearm::media
