#include "storage/store.hpp"

#include "storage/answer_table.hpp"
#include "storage/call_table.hpp"
#include "storage/database_file.hpp"
#include "storage/errc.hpp"
#include "storage/outbox_table.hpp"
#include "storage/recording_table.hpp"
#include "storage/schema.hpp"
#include "storage/wal_check.hpp"

namespace tonearm::storage {
namespace {

constexpr const char* kFileName = "tonearm.db";
constexpr const char* kLostWithIt =
    " (calls that were up and notifications not yet delivered are lost with it)";

/// Before SQLite opens the database, for it would replay what is whole and forget the rest.
std::filesystem::path with_whole_log(std::filesystem::path file, bool full_durability) {
  const auto damage = full_durability ? wal_damage(file.string() + "-wal") : std::nullopt;
  if (damage) {
    throw std::system_error(make_error_code(StorageErrc::corrupt),
                            *damage +
                                " (one start with storage.durability = \"relaxed\" goes on with what was "
                                "written before the damage)");
  }
  return file;
}

}  // namespace

base::Result<std::unique_ptr<Store>> Store::open(StoreOptions options) {
  auto directory = DataDir::lock(options.data_dir);
  if (!directory) return std::unexpected(directory.error());
  const auto file = options.data_dir / kFileName;
  try {
    return std::unique_ptr<Store>(new Store(std::move(*directory), std::move(options)));
  } catch (const std::system_error& error) {
    return std::unexpected(
        base::Error{error.code(), file.string() + ": " + error.what() + remedy(error.code(), kLostWithIt)});
  }
}

Store::Store(DataDir directory, StoreOptions options)
    : directory_(std::move(directory)),
      file_(directory_.path() / kFileName),
      database_(with_whole_log(private_file(file_), options.full_durability), Database::Mode::read_write) {
  check_integrity(database_);
  database_.require("PRAGMA journal_mode = WAL");
  database_.require(options.full_durability ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  migrate(database_);
  reader_.emplace(file_);
  writer_.emplace(database_, std::move(options.writer), metrics_, [this] { reader_->post_checkpoint(); });
}

Store::~Store() {
  stop();
}

void Store::stop() {
  writer_->stop();
  reader_->stop();
}

void Store::commit(call::Commit commit, std::function<void(std::error_code)> done) {
  writer_->commit(std::move(commit), std::move(done));
}

std::chrono::milliseconds Store::oldest_uncommitted() const {
  return writer_->oldest_uncommitted();
}

std::vector<call::StoredCall> Store::load_alive() {
  Database database(file_, Database::Mode::read_only);
  return read_alive(database);
}

std::vector<call::KeptAnswer> Store::load_answers(base::WallTime since, std::size_t most) {
  Database database(file_, Database::Mode::read_only);
  return read_answers(database, since, most);
}

void Store::load(call::CallId call, call::NotificationNumber number,
                 std::function<void(std::optional<call::OutboxRow>)> done) {
  reader_->load(call, number, std::move(done));
}

void Store::load_records(std::uint64_t after, std::size_t most, Reader::RecordsFound done) {
  reader_->read_records(after, most, std::move(done));
}

void Store::mark_delivered(call::CallId call, call::NotificationNumber number) {
  writer_->mark_delivered(call, number);
}

void Store::mark_parked(call::CallId call, call::NotificationNumber number, call::GivenUp because) {
  writer_->mark_parked(call, number, std::move(because));
}

void Store::load_parked(call::ParkedAsked asked, Reader::ParkedFound done) {
  reader_->read_parked(asked, std::move(done));
}

void Store::redeliver(const base::Guid& message_id, std::function<void(call::Redelivery)> done) {
  writer_->redeliver(
      message_id, [this, message_id, done = std::move(done)](std::optional<call::OutboxRow> row) {
        if (row) return done(std::move(*row));
        reader_->find_message(message_id, [done](std::optional<bool> known) {
          if (!known) return;
          done(std::unexpected(*known ? call::NotRedelivered::not_parked : call::NotRedelivered::unknown));
        });
      });
}

std::vector<call::OutboxRow> Store::load_pending() {
  Database database(file_, Database::Mode::read_only);
  return read_pending(database);
}

void Store::find_recording(call::OperationId operation,
                           std::function<void(std::optional<call::OfferedRecording>)> found) {
  reader_->find_recording(operation, std::move(found));
}

void Store::forget_recordings(base::WallTime now, std::function<void(std::vector<call::OperationId>)> gone) {
  writer_->forget_recordings(now, std::move(gone));
}

std::vector<call::OperationId> Store::recordings() {
  Database database(file_, Database::Mode::read_only);
  return read_recordings(database);
}

}  // namespace tonearm::storage
