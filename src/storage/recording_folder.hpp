#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "call/recordings.hpp"

namespace tonearm::storage {

struct RecordingFolderOptions {
  std::filesystem::path folder;
  std::uint64_t disk_max = 10ULL << 30;  ///< `recordings.disk_max` [bytes]
  /// Files that no row names (of recordings that failed, or that a crash left) go when they are that old.
  std::chrono::milliseconds keep_unnamed{std::chrono::hours(72)};
  std::chrono::milliseconds sweep_every{10'000};
};

/// The recordings as files: how much room they take, when one is complete, and that they go with their rows.
/// Someone else writes them: `<operation id>.spool` while it grows, `<operation id>.wav` when it is whole.
///
/// Lifecycle: runs from construction to `stop`; whoever waits for a file then is dropped without a word.
/// Threading: thread-safe; callbacks on its own thread.
class RecordingFolder final : public call::RecordingFiles {
 public:
  /// Makes the folder (0700). `store` outlives it.
  RecordingFolder(RecordingFolderOptions options, call::RecordingStore& store);
  ~RecordingFolder() override;

  // RecordingFiles
  void await_file(call::OperationId operation, std::chrono::milliseconds limit, FileReady done) override;

  /// A WAV is complete, or will not be. From any thread.
  void on_written(call::OperationId operation, bool ok);
  /// Counts and removes now, not at the next turn.
  void post_sweep();

  [[nodiscard]] std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t files() const { return files_.load(std::memory_order_relaxed); }
  /// No further recording may begin.
  [[nodiscard]] bool full() const { return bytes() >= options_.disk_max; }
  /// Length of the audio in a finished file; zero if there is none.
  [[nodiscard]] std::chrono::milliseconds length_of(call::OperationId operation) const;

  /// Idempotent.
  void stop();

 private:
  struct Waiter {
    call::OperationId operation;
    base::TimePoint until;
    FileReady done;
  };
  /// Shared with what the store calls back, which may be after the end of this.
  struct Inbox {
    std::mutex mutex;  // guards what follows
    std::condition_variable wake;
    std::vector<Waiter> waiters;
    std::vector<call::OperationId> expired;  // their rows are gone, their files not yet
    std::vector<call::OperationId> failed;   // there will be no file of them
    bool sweep = false;
    bool changed = false;
    bool stopping = false;

    void tell(const std::function<void()>& what);
  };

  void run();
  void sweep();
  void count();
  void remove_unnamed();
  void remove_files(call::OperationId operation);
  [[nodiscard]] std::filesystem::path file(call::OperationId operation, const char* suffix) const;
  /// Tells those whose file is there or will not be; returns who goes on waiting.
  [[nodiscard]] std::vector<Waiter> answer(std::vector<Waiter> waiters,
                                           const std::vector<call::OperationId>& failed);

  const RecordingFolderOptions options_;
  call::RecordingStore& store_;
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> files_{0};
  base::TimePoint next_sweep_{};    // of its own thread
  base::TimePoint next_unnamed_{};  // likewise
  const std::shared_ptr<Inbox> inbox_;

  std::thread thread_;
};

}  // namespace tonearm::storage
