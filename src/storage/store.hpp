#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/result.hpp"
#include "call/ports.hpp"
#include "call/recordings.hpp"
#include "storage/data_dir.hpp"
#include "storage/metrics.hpp"
#include "storage/reader.hpp"
#include "storage/sqlite.hpp"
#include "storage/writer.hpp"

namespace tonearm::storage {

struct StoreOptions {
  std::filesystem::path data_dir;
  bool full_durability = true;  ///< `storage.durability`; else a power cut may take the last moments.
  WriterOptions writer;
};

/// What must survive, in `data_dir/tonearm.db`: calls with their dialogs, operations, the outbox, the records
/// of ended calls, the recordings that were offered. One writer with group commit, one reader.
///
/// Lifecycle: open → (load_alive, load_pending) → commits → stop, after everyone who uses it has stopped.
/// Threading: thread-safe. `done` and `load` callbacks come on threads of the store and must only post.
class Store final : public call::CallStore, public call::OutboxStore, public call::RecordingStore {
 public:
  /// Locks the directory, checks the file, brings its schema up to date.
  /// Errors: every `StorageErrc` but `not_written`, with what to do about it.
  [[nodiscard]] static base::Result<std::unique_ptr<Store>> open(StoreOptions options);
  ~Store() override;

  // CallStore
  void commit(call::Commit commit, std::function<void(std::error_code)> done) override;
  [[nodiscard]] std::chrono::milliseconds oldest_uncommitted() const override;
  /// Throws `std::system_error` if the file cannot be read.
  std::vector<call::StoredCall> load_alive() override;

  // OutboxStore
  void load(call::CallId call, call::NotificationNumber number,
            std::function<void(std::optional<call::OutboxRow>)> done) override;
  void mark_delivered(call::CallId call, call::NotificationNumber number) override;
  void mark_parked(call::CallId call, call::NotificationNumber number, call::GivenUp because) override;
  /// Throws `std::system_error` if the file cannot be read.
  std::vector<call::OutboxRow> load_pending() override;

  /// Answers to requests that came after `since`, oldest first; the newest `most` of them. Blocking; at start
  /// only. Throws `std::system_error` if the file cannot be read.
  [[nodiscard]] std::vector<call::KeptAnswer> load_answers(base::WallTime since, std::size_t most);

  /// Up to `most` call records behind the cursor `after`; none if they cannot be read.
  void load_records(std::uint64_t after, std::size_t most, Reader::RecordsFound done);

  /// Up to `asked.most` parked notifications; none if they cannot be read.
  void load_parked(call::ParkedAsked asked, Reader::ParkedFound done);
  /// Makes a parked notification pending again. `done` is dropped untold if that could not be found out.
  void redeliver(const base::Guid& message_id, std::function<void(call::Redelivery)> done);

  // RecordingStore
  void find_recording(call::OperationId operation,
                      std::function<void(std::optional<call::OfferedRecording>)> found) override;
  void forget_recordings(base::WallTime now,
                         std::function<void(std::vector<call::OperationId>)> gone) override;
  /// Throws `std::system_error` if the file cannot be read.
  [[nodiscard]] std::vector<call::OperationId> recordings() override;

  /// Writes what is queued. Idempotent.
  void stop();
  [[nodiscard]] const StorageMetrics& metrics() const { return metrics_; }

 private:
  Store(DataDir directory, StoreOptions options);

  DataDir directory_;  // held longest
  const std::filesystem::path file_;
  StorageMetrics metrics_;
  Database database_;
  std::optional<Reader> reader_;
  std::optional<Writer> writer_;
};

}  // namespace tonearm::storage
