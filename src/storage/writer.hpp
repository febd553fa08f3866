#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <variant>
#include <vector>

#include "call/ports.hpp"
#include "storage/answer_table.hpp"
#include "storage/call_table.hpp"
#include "storage/metrics.hpp"
#include "storage/outbox_table.hpp"
#include "storage/record_table.hpp"
#include "storage/recording_table.hpp"
#include "storage/sqlite.hpp"

namespace tonearm::storage {

struct WriterOptions {
  std::size_t batch_max = 256;               ///< Steps and marks in one transaction.
  std::chrono::milliseconds mark_delay{20};  ///< How long delivery marks wait for a step to travel with.
  std::chrono::milliseconds retry_min{50};   ///< Pause after a failed transaction, doubled up to …
  std::chrono::milliseconds retry_max{1000};
  std::chrono::milliseconds keep_parked{std::chrono::hours(72)};
  std::int64_t parked_max = 100'000;  ///< Beyond it the oldest parked ones go (some 2 KB each on disk).
  std::chrono::milliseconds keep_records{std::chrono::hours(72)};
  std::chrono::milliseconds keep_answers{std::chrono::minutes(5)};
  RecordingRetention recordings;
  int background_checkpoint_pages =
      1000;                         ///< Length of the WAL at which another thread is asked to shorten it.
  int own_checkpoint_pages = 8000;  ///< … at which the writer does so itself.
  /// Tests: called on the writer's thread before each COMMIT; an error makes the transaction fail, a wait
  /// stalls the disk.
  std::function<std::error_code()> before_commit;
};

/// The one thread that writes. Group commit: what was queued while the disk was busy goes into the next
/// transaction together. A transaction that fails is rolled back and tried again until it is written, in the
/// same order, with what has come since; so nothing is dropped, and the memory that it takes is bounded by
/// those who refuse new work while `oldest_uncommitted` is high.
///
/// Lifecycle: runs from construction to `stop`, which writes what is queued (and gives up on a failing disk).
/// Threading: thread-safe; `done` callbacks on the writer's thread.
class Writer {
 public:
  using Done = std::function<void(std::error_code)>;
  using Redelivered = std::function<void(std::optional<call::OutboxRow>)>;
  using Forgotten = std::function<void(std::vector<call::OperationId>)>;

  /// `wal_grew` is called on the writer's thread when the WAL is worth a checkpoint.
  Writer(Database& database, WriterOptions options, StorageMetrics& metrics, std::function<void()> wal_grew);
  ~Writer();

  void commit(call::Commit commit, Done done);
  void mark_delivered(call::CallId call, call::NotificationNumber number);
  void mark_parked(call::CallId call, call::NotificationNumber number, call::GivenUp because);
  /// `done` gets the row when it is pending on disk, nothing if no such notification is parked.
  void redeliver(const base::Guid& message_id, Redelivered done);
  /// Recordings that have expired; `gone` is told when that is on disk.
  void forget_recordings(base::WallTime now, Forgotten gone);
  [[nodiscard]] std::chrono::milliseconds oldest_uncommitted() const;
  /// Idempotent.
  void stop();

 private:
  struct Step {
    call::Commit commit;
    Done done;
    base::TimePoint queued;
    bool failure_told = false;
  };
  struct Delivered {
    call::CallId call;
    call::NotificationNumber number;
  };
  struct Parked {
    call::CallId call;
    call::NotificationNumber number;
    base::WallTime at;
    call::GivenUp because;
  };
  struct Redeliver {
    base::Guid message_id;
    base::WallTime at;
    Redelivered told;
    std::optional<call::OutboxRow> row;
  };
  struct Forget {
    base::WallTime now;
    Forgotten told;
    std::vector<call::OperationId> gone;
  };
  using Work = std::variant<Step, Delivered, Parked, Redeliver, Forget>;

  void run();
  void enqueue(Work work);
  bool wait_for_work();
  void take_queued(std::size_t most);
  [[nodiscard]] bool write_batch_until_done();
  bool pause(std::chrono::milliseconds time);
  std::error_code write_transaction();
  std::error_code write_all();
  std::error_code purge();
  std::error_code write(const Step& step);
  std::error_code write_end(const call::Commit& commit);
  std::error_code write(const Delivered& mark);
  std::error_code write(const Parked& mark);
  std::error_code write(Redeliver& order);
  std::error_code write(Forget& order);
  void tell_failure(std::error_code failure);
  void tell_success();
  void shorten_wal();
  static int on_wal(void* self, ::sqlite3*, const char*, int pages);

  // given
  Database& database_;
  const WriterOptions options_;
  StorageMetrics& metrics_;
  const std::function<void()> wal_grew_;

  // of the writer's thread
  CallTable calls_;
  OutboxTable outbox_;
  RecordTable records_;
  RecordingTable recordings_;
  AnswerTable answers_;
  std::deque<Work> batch_;  // being written, in the order in which it came
  int wal_pages_ = 0;
  base::TimePoint next_purge_{};

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<Work> queue_;
  std::size_t queued_steps_ = 0;
  std::optional<base::TimePoint> first_mark_;       // since when marks wait in queue_
  std::optional<base::TimePoint> oldest_queued_;    // step in queue_
  std::optional<base::TimePoint> oldest_in_batch_;  // step in batch_
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace tonearm::storage
