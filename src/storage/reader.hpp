#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "call/ports.hpp"
#include "storage/outbox_table.hpp"
#include "storage/sqlite.hpp"

namespace tonearm::storage {

/// The thread that reads notifications back, beside the writer and never behind its fsyncs. It also shortens
/// the WAL when asked, for the same reason. Waiting loads are bounded by their caller: one per call.
///
/// Lifecycle: runs from construction to `stop`; what is queued then is dropped without its callback.
/// Threading: thread-safe; callbacks on the reader's thread.
class Reader {
 public:
  using Found = std::function<void(std::optional<call::OutboxRow>)>;

  /// Throws `std::system_error`. Start-up only.
  explicit Reader(const std::filesystem::path& file);
  ~Reader();

  /// A read that fails is tried again: "not there" would lose the notification.
  void load(call::CallId call, call::NotificationNumber number, Found found);
  /// Asks for a checkpoint; several requests may become one.
  void post_checkpoint();
  void stop();

 private:
  struct Load {
    call::CallId call;
    call::NotificationNumber number;
    Found found;
  };

  void run();
  void serve(const Load& load);
  bool pause();

  Database database_;
  OutboxQuery outbox_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<Load> queue_;
  bool checkpoint_wanted_ = false;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace tonearm::storage
