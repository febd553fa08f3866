#include "storage/reader.hpp"

#include <chrono>
#include <utility>

#include <sqlite3.h>

#include "base/log.hpp"

namespace tonearm::storage {

Reader::Reader(const std::filesystem::path& file)
    : database_(file, Database::Mode::read_write),
      outbox_(database_),
      records_(database_),
      recordings_(database_),
      thread_([this] { run(); }) {}

Reader::~Reader() {
  stop();
}

void Reader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Reader::load(call::CallId call, call::NotificationNumber number, Found found) {
  enqueue(Load{call, number, std::move(found)});
}

void Reader::read_records(std::uint64_t after, std::size_t most, RecordsFound found) {
  enqueue(Records{after, most, std::move(found)});
}

void Reader::find_recording(call::OperationId operation, RecordingFound found) {
  enqueue(Find{operation, std::move(found)});
}

void Reader::read_parked(call::ParkedAsked asked, ParkedFound found) {
  enqueue(Parked{asked, std::move(found)});
}

void Reader::find_message(const base::Guid& message_id, MessageKnown found) {
  enqueue(Message{message_id, std::move(found)});
}

void Reader::enqueue(Work work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
}

void Reader::post_checkpoint() {
  {
    const std::lock_guard lock(mutex_);
    checkpoint_wanted_ = true;
  }
  wake_.notify_one();
}

void Reader::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || checkpoint_wanted_ || !queue_.empty(); });
    if (stopping_) return;
    const auto queued = std::exchange(queue_, {});
    const bool checkpoint = std::exchange(checkpoint_wanted_, false);
    lock.unlock();
    for (const Work& work : queued) {
      std::visit([this](const auto& wanted) { serve(wanted); }, work);
    }
    if (checkpoint) {
      sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    }
    lock.lock();
  }
}

void Reader::serve(const Load& load) {
  std::optional<call::OutboxRow> row;
  while (const auto failure = outbox_.find(load.call, load.number, row)) {
    spdlog::error("call={} notification {} could not be read: {}; trying again", load.call.to_string(),
                  load.number.value, failure.message());
    if (!pause()) return;
  }
  load.found(std::move(row));
}

void Reader::serve(const Records& wanted) {
  std::vector<call::EndedCall> records;
  const auto failure = records_.find(wanted.after, wanted.most, records);
  if (failure) spdlog::error("call records could not be read: {}", failure.message());
  wanted.found(failure ? std::nullopt : std::optional(std::move(records)));
}

void Reader::serve(const Find& find) {
  std::optional<call::OfferedRecording> recording;
  while (const auto failure = recordings_.find(find.operation, recording)) {
    spdlog::error("recording {} could not be looked up: {}; trying again", find.operation.to_string(),
                  failure.message());
    if (!pause()) return;
  }
  find.found(std::move(recording));
}

void Reader::serve(const Parked& wanted) {
  std::vector<call::ParkedNotification> parked;
  const auto failure = outbox_.find_parked(wanted.asked, parked);
  if (failure) spdlog::error("parked notifications could not be read: {}", failure.message());
  wanted.found(failure ? std::nullopt : std::optional(std::move(parked)));
}

void Reader::serve(const Message& wanted) {
  bool known = false;
  const auto failure = outbox_.knows(wanted.id, known);
  if (failure) spdlog::error("the outbox could not be read: {}", failure.message());
  wanted.found(failure ? std::nullopt : std::optional(known));
}

bool Reader::pause() {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, std::chrono::milliseconds(500), [this] { return stopping_; });
}

}  // namespace tonearm::storage
