#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "media/counters.hpp"
#include "media/dispatcher.hpp"
#include "media/media_thread.hpp"
#include "media/port_pool.hpp"
#include "media/prompt_store.hpp"
#include "media/recorder.hpp"
#include "media/rtp_sockets.hpp"
#include "media/session.hpp"
#include "media/watchdog.hpp"

namespace tonearm::media {

struct EngineOptions {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6 literal to receive on.
  PortPool::Range ports;
  std::chrono::milliseconds quarantine{5000};  ///< A port's rest after use.
  unsigned threads = 1;
  IoBackend backend = IoBackend::automatic;
  IoLimits io;
  bool raise_priority = true;
  SocketOptions sockets;
  std::chrono::milliseconds lost_after{30'000};  ///< `media.timeout`
  PromptStore::Options prompts;
  std::filesystem::path recordings;  ///< Folder; empty: this engine does not record.
  /// A recording's file is on disk (or could not be written); on a thread of the recorder's.
  std::function<void(base::Guid operation, bool ok)> recording_written;
};

/// Media threads, ports, prompts: everything that plays and listens. One per server; a phone makes its own.
/// Threading: thread-safe once started.
class Engine {
 public:
  struct OpenRequest {
    ReportSink sink;                         ///< First report: Opened.
    std::optional<StreamSettings> settings;  ///< Else they come by `post_update`.
    std::string address;                     ///< Instead of the engine's.
    std::shared_ptr<ReceiveTap> tap;
  };

  /// `fetcher` outlives the engine. Errors: `no_io_uring` (if demanded), `no_thread`.
  [[nodiscard]] static base::Result<std::unique_ptr<Engine>> start(EngineOptions options,
                                                                   PromptFetcher& fetcher);
  /// Closes all sessions and waits for their last reports.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Errors: `no_port`, `no_socket`; then no report comes.
  base::Result<std::shared_ptr<Session>> open(OpenRequest request);

  [[nodiscard]] std::size_t capacity() const { return ports_.capacity(); }
  [[nodiscard]] PromptStore& prompts() { return prompts_; }
  [[nodiscard]] Dispatcher& dispatcher() { return dispatcher_; }
  [[nodiscard]] MediaThread& thread(std::size_t index) { return *threads_[index]; }
  /// Sum over the threads.
  [[nodiscard]] MediaSnapshot metrics() const;
  /// CPU time that each media thread has used.
  [[nodiscard]] std::vector<std::chrono::nanoseconds> cpu_times() const;

 private:
  Engine(EngineOptions options, PromptFetcher& fetcher);
  base::Result<void> start_threads();
  void watch_threads();
  void warn_if_not_locked();
  MediaThread& emptiest_thread();
  void forget(Session& session);

  const EngineOptions options_;
  PortPool ports_;
  Dispatcher dispatcher_;
  PromptStore prompts_;
  std::unique_ptr<Recorder> recorder_;  // null if there is no folder for it
  std::vector<std::unique_ptr<MediaThread>> threads_;
  std::unique_ptr<Watchdog> watchdog_;

  std::mutex mutex_;  // guards all below
  std::condition_variable session_gone_;
  bool warned_ = false;  // of memory that is not locked
  std::unordered_map<Session*, std::shared_ptr<Session>> sessions_;
  std::unordered_map<MediaThread*, std::size_t> load_;  // sessions per thread
};

}  // namespace tonearm::media
