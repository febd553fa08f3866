#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "call/logged_event.hpp"
#include "storage/event_listeners.hpp"
#include "storage/event_table.hpp"
#include "storage/metrics.hpp"
#include "storage/sqlite.hpp"

namespace tonearm::storage {

struct EventLogOptions {
  std::filesystem::path data_dir;  ///< Locked by the store, which is opened first.
  std::chrono::milliseconds keep{std::chrono::hours(72)};
  std::size_t waiting_max = 16'384;                ///< Events that may wait for the disk; more are lost.
  std::uint64_t per_call_max = 10'000;             ///< Events of one call.
  std::int64_t bytes_max = std::int64_t{4} << 30;  ///< Size of the file; the oldest events go.
  std::chrono::milliseconds gather{20};            ///< How long an event waits for others to be written with.
  std::chrono::milliseconds retry{1000};           ///< Pause after a transaction that failed.
  /// Tests: called before each COMMIT; an error makes it fail, a wait stalls the disk.
  std::function<std::error_code()> before_commit;
};

/// What happened to calls, in `data_dir/events.db`, apart from what must survive: this file may lose its last
/// moments in a power cut, and a disk that cannot keep up costs events, never calls. One thread writes, reads
/// and removes what is old; a read sees everything that was posted before it.
///
/// Lifecycle: runs from `open` to `stop`, which writes what waits (and gives up on a failing disk).
/// Threading: thread-safe; callbacks on the log's thread, must only post.
class EventLog final : public call::EventLog {
 public:
  using Found = std::function<void(std::optional<call::EventsFound>)>;

  /// Errors: every `StorageErrc` but `in_use` and `not_written`, with what to do about it.
  [[nodiscard]] static base::Result<std::unique_ptr<EventLog>> open(EventLogOptions options);
  ~EventLog() override;

  void post(call::CallId call, call::LoggedEvent event) override;
  /// `found` gets nothing if the log cannot be read; it is dropped untold if the log stops first.
  void read(call::EventsAsked asked, Found found);
  /// `news` is called after each write of events of this call, until the subscription is destroyed (and at
  /// most once more while that happens on another thread).
  [[nodiscard]] EventSubscription subscribe(call::CallId call, std::function<void()> news);

  /// Idempotent.
  void stop();
  [[nodiscard]] const EventLogMetrics& metrics() const { return metrics_; }

 private:
  struct Entry {
    call::CallId call;
    call::LoggedEvent event;
  };
  struct Read {
    call::EventsAsked asked;
    Found found;
  };
  using Lost = std::unordered_map<call::CallId, std::uint64_t>;  // how many, by call

  EventLog(const std::filesystem::path& file, EventLogOptions options);

  void run();
  bool wait_for_work();
  void take_queued();
  [[nodiscard]] bool write_until_done();
  std::error_code write_transaction();
  std::error_code write_all();
  std::error_code write_lost();
  std::error_code purge();
  void count_written();
  void serve_reads();
  bool pause();

  const EventLogOptions options_;
  EventLogMetrics metrics_;
  const std::shared_ptr<EventListeners> listeners_ = std::make_shared<EventListeners>();

  // of the log's thread
  Database database_;
  EventTable table_;
  std::vector<Entry> batch_;  // being written
  Lost batch_lost_;           // came behind all of batch_
  std::vector<Read> reads_;
  std::uint64_t beyond_limit_ = 0;  // of this transaction: events of calls whose log is full
  base::TimePoint next_purge_{};

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::vector<Entry> queue_;
  Lost lost_;
  std::vector<Read> asked_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace tonearm::storage
