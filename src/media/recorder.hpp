#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "media/capture.hpp"

namespace tonearm::media {

/// Brings recordings to disk, off the media threads. One thread takes what the captures hold and never waits
/// for a disk, one spools it, another has the spools synced from time to time, a few make a WAV of what is
/// complete. A spool that has no WAV yet survives the process (`rebuild_recordings`). Threading: thread-safe.
class Recorder {
 public:
  struct Options {
    std::filesystem::path folder;  ///< Made if it is missing.
    unsigned writers = 4;          ///< They mostly wait for the disk.
    std::chrono::milliseconds spool_every{200};
    std::chrono::milliseconds sync_every{2'000};
    /// After each WAV, on the thread that wrote it; `ok`: it is durable.
    std::function<void(base::Guid operation, bool ok)> written;
  };
  /// Nothing, or why there is no WAV.
  using Done = std::function<void(const base::Result<void>&)>;

  explicit Recorder(Options options);
  /// What was finished is written first.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Its file is made when the recording begins.
  std::shared_ptr<Capture> open(base::Guid operation);
  /// The media thread is through with it. `done` on a thread of the recorder's.
  void finish(const std::shared_ptr<Capture>& capture, std::chrono::milliseconds length, Done done);
  /// Nobody wants it.
  void discard(const std::shared_ptr<Capture>& capture);

 private:
  class Track;
  struct Order {
    enum class Kind : std::uint8_t { open, finish, discard };
    Kind kind = Kind::open;
    std::shared_ptr<Capture> capture;
    std::chrono::milliseconds length{0};
    Done done;
  };
  struct Job {
    base::Guid operation;
    base::Result<void> spooled;
    Done done;
  };
  using Tracks = std::unordered_map<const Capture*, std::shared_ptr<Track>>;

  void post(Order order);
  void run_taker();
  void carry_out(Order& order, Tracks& tracks);
  void run_spooler();
  void hand_over();
  void run_syncer();
  void run_writer();
  void write(const Job& job);

  const Options options_;

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::condition_variable spool_due_;
  std::vector<Order> orders_;
  std::vector<std::shared_ptr<Track>> spooled_;
  std::deque<Job> jobs_;
  bool unsynced_ = false;
  bool taken_ = false;  // something is to be spooled
  bool stopping_ = false;
  bool taker_gone_ = false;
  bool spooler_gone_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace tonearm::media
