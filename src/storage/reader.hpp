#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "call/ports.hpp"
#include "storage/outbox_table.hpp"
#include "storage/record_table.hpp"
#include "storage/recording_table.hpp"
#include "storage/sqlite.hpp"

namespace tonearm::storage {

/// The thread that reads notifications, recordings and call records back, beside the writer and never behind
/// its fsyncs. It also shortens the WAL when asked, for the same reason. Waiting loads are bounded by their
/// caller: one per call, or per connection of a listener.
///
/// Lifecycle: runs from construction to `stop`; what is queued then is dropped without its callback.
/// Threading: thread-safe; callbacks on the reader's thread.
class Reader {
 public:
  using Found = std::function<void(std::optional<call::OutboxRow>)>;
  using RecordingFound = std::function<void(std::optional<call::OfferedRecording>)>;
  using RecordsFound = std::function<void(std::optional<std::vector<call::EndedCall>>)>;

  using ParkedFound = std::function<void(std::optional<std::vector<call::ParkedNotification>>)>;
  using MessageKnown = std::function<void(std::optional<bool>)>;

  /// Throws `std::system_error`. Start-up only.
  explicit Reader(const std::filesystem::path& file);
  ~Reader();

  /// A read that fails is tried again: "not there" would lose the notification.
  void load(call::CallId call, call::NotificationNumber number, Found found);
  /// Tried again likewise.
  void find_recording(call::OperationId operation, RecordingFound found);
  /// Call records behind a cursor, none if they cannot be read: people ask again.
  void read_records(std::uint64_t after, std::size_t most, RecordsFound found);
  /// Parked notifications, none if they cannot be read.
  void read_parked(call::ParkedAsked asked, ParkedFound found);
  /// Is there a notification with this message id? Nothing if that cannot be read.
  void find_message(const base::Guid& message_id, MessageKnown found);
  /// Asks for a checkpoint; several requests may become one.
  void post_checkpoint();
  void stop();

 private:
  struct Load {
    call::CallId call;
    call::NotificationNumber number;
    Found found;
  };

  struct Records {
    std::uint64_t after = 0;
    std::size_t most = 0;
    RecordsFound found;
  };
  struct Find {
    call::OperationId operation;
    RecordingFound found;
  };
  struct Parked {
    call::ParkedAsked asked;
    ParkedFound found;
  };
  struct Message {
    base::Guid id;
    MessageKnown found;
  };
  using Work = std::variant<Load, Records, Find, Parked, Message>;

  void enqueue(Work work);
  void run();
  void serve(const Load& load);
  void serve(const Records& wanted);
  void serve(const Find& find);
  void serve(const Parked& wanted);
  void serve(const Message& wanted);
  bool pause();

  Database database_;
  OutboxQuery outbox_;
  RecordQuery records_;
  RecordingQuery recordings_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<Work> queue_;
  bool checkpoint_wanted_ = false;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace tonearm::storage
