#include "storage/writer.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include <sqlite3.h>

#include "base/log.hpp"

namespace tonearm::storage {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

/// How often what is old is looked for.
constexpr milliseconds kPurgeEvery = std::chrono::minutes(10);

}  // namespace

Writer::Writer(Database& database, WriterOptions options, StorageMetrics& metrics,
               std::function<void()> wal_grew)
    : database_(database),
      options_(std::move(options)),
      metrics_(metrics),
      wal_grew_(std::move(wal_grew)),
      calls_(database),
      outbox_(database),
      records_(database),
      recordings_(database, options_.recordings),
      answers_(database) {
  metrics_.parked = static_cast<std::uint64_t>(outbox_.parked());
  sqlite3_wal_hook(database_.handle(), &Writer::on_wal,
                   this);  // instead of SQLite's own checkpoints in COMMIT
  thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
  stop();
}

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Writer::commit(call::Commit commit, Done done) {
  enqueue(Step{std::move(commit), std::move(done), base::SteadyClock::now()});
}

void Writer::mark_delivered(call::CallId call, call::NotificationNumber number) {
  enqueue(Delivered{call, number});
}

void Writer::mark_parked(call::CallId call, call::NotificationNumber number, call::GivenUp because) {
  enqueue(Parked{call, number, base::WallClock::now(), std::move(because)});
}

void Writer::redeliver(const base::Guid& message_id, Redelivered done) {
  enqueue(Redeliver{message_id, base::WallClock::now(), std::move(done), {}});
}

void Writer::forget_recordings(base::WallTime now, Forgotten gone) {
  enqueue(Forget{now, std::move(gone), {}});
}

void Writer::enqueue(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto* step = std::get_if<Step>(&work)) {
      if (!oldest_queued_) oldest_queued_ = step->queued;
      ++queued_steps_;
      metrics_.queued.fetch_add(1, std::memory_order_relaxed);
    } else if (!first_mark_) {
      first_mark_ = base::SteadyClock::now();
    }
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
}

std::chrono::milliseconds Writer::oldest_uncommitted() const {
  const std::lock_guard lock(mutex_);
  const auto oldest = oldest_in_batch_ ? oldest_in_batch_ : oldest_queued_;
  if (!oldest) return milliseconds{0};
  return std::max(milliseconds{1}, duration_cast<milliseconds>(base::SteadyClock::now() - *oldest));
}

void Writer::run() {
  while (wait_for_work()) {
    take_queued(options_.batch_max);
    if (!write_batch_until_done()) return;
    shorten_wal();
  }
}

/// False when all is written and the writer shall stop. Marks alone are worth no fsync of their own: they
/// wait a moment for a step. (A crash before that repeats a delivery, with the same message id.)
bool Writer::wait_for_work() {
  std::unique_lock lock(mutex_);
  const auto due = [this] { return stopping_ || queued_steps_ > 0 || queue_.size() >= options_.batch_max; };
  while (!due()) {
    if (!first_mark_) {
      wake_.wait(lock, [&] { return due() || first_mark_; });
    } else if (!wake_.wait_until(lock, *first_mark_ + options_.mark_delay, due)) {
      break;
    }
  }
  return !queue_.empty() || !stopping_;
}

/// Moves work from the queue to the end of the batch.
void Writer::take_queued(std::size_t most) {
  const std::lock_guard lock(mutex_);
  const auto count = static_cast<std::ptrdiff_t>(std::min(most, queue_.size()));
  for (auto work = queue_.begin(); work != queue_.begin() + count; ++work) {
    if (const auto* step = std::get_if<Step>(&*work)) {
      if (!oldest_in_batch_) oldest_in_batch_ = step->queued;
      --queued_steps_;
    }
    batch_.push_back(std::move(*work));
  }
  queue_.erase(queue_.begin(), queue_.begin() + count);

  oldest_queued_.reset();
  for (const Work& work : queue_) {
    if (const auto* step = std::get_if<Step>(&work)) {
      oldest_queued_ = step->queued;
      break;
    }
  }
  if (queue_.empty()) first_mark_.reset();
}

/// False if the disk still fails when the writer shall stop.
bool Writer::write_batch_until_done() {
  milliseconds wait = options_.retry_min;
  while (const auto failure = write_transaction()) {
    metrics_.transaction_failures_total.fetch_add(1, std::memory_order_relaxed);
    spdlog::error("store: a transaction of {} entries failed: {}; trying again", batch_.size(),
                  failure.message());
    tell_failure(failure);
    if (!pause(wait)) {
      spdlog::error("store: stopping with {} entries that could not be written", batch_.size());
      return false;
    }
    wait = std::min(wait * 2, options_.retry_max);
    take_queued(queue_.max_size());  // who came meanwhile hears of the failure too
  }
  tell_success();
  return true;
}

bool Writer::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

std::error_code Writer::write_transaction() {
  if (batch_.empty()) return {};
  const std::int64_t parked_before = outbox_.parked();
  const std::error_code failure = write_all();
  if (failure) {
    if (!sqlite3_get_autocommit(database_.handle())) database_.execute("ROLLBACK");
    outbox_.set_parked(parked_before);
  }
  metrics_.parked = static_cast<std::uint64_t>(outbox_.parked());
  return failure;
}

std::error_code Writer::write_all() {
  std::error_code failure = database_.execute("BEGIN IMMEDIATE");
  for (auto work = batch_.begin(); !failure && work != batch_.end(); ++work) {
    failure = std::visit([this](auto& entry) { return write(entry); }, *work);
  }
  if (!failure && base::SteadyClock::now() >= next_purge_) failure = purge();
  if (!failure && options_.before_commit) failure = options_.before_commit();
  return failure ? failure : database_.execute("COMMIT");
}

std::error_code Writer::write(const Step& step) {
  if (const auto failure = calls_.write(step.commit)) return failure;
  for (const auto& row : step.commit.outbox) {
    if (const auto failure = outbox_.add(row)) return failure;
  }
  if (const auto failure = recordings_.write(step.commit, base::WallClock::now())) return failure;
  if (const auto failure = answers_.write(step.commit)) return failure;
  return step.commit.rows.call_over ? write_end(step.commit) : std::error_code{};
}

std::error_code Writer::write_end(const call::Commit& commit) {
  if (commit.rows.call) {
    if (const auto failure = records_.add(*commit.rows.call)) return failure;
  }
  return calls_.forget_if_done(commit.call);
}

std::error_code Writer::purge() {
  const auto now = base::WallClock::now();
  const std::int64_t parked = outbox_.parked();
  if (const auto failure = outbox_.purge_parked(now - options_.keep_parked, options_.parked_max))
    return failure;
  const bool more = parked - outbox_.parked() >= OutboxTable::kPurgeMax;
  next_purge_ = base::SteadyClock::now() + (more ? base::milliseconds(0) : kPurgeEvery);
  if (const auto failure = answers_.purge(now - options_.keep_answers)) return failure;
  return records_.purge(now - options_.keep_records);
}

std::error_code Writer::write(const Delivered& mark) {
  if (const auto failure = outbox_.remove(mark.call, mark.number)) return failure;
  if (const auto failure = recordings_.settle(mark.call, mark.number, base::WallClock::now())) return failure;
  return calls_.forget_if_done(mark.call);
}

std::error_code Writer::write(const Parked& mark) {
  if (const auto failure = outbox_.park(mark.call, mark.number, mark.at, mark.because)) return failure;
  if (const auto failure = recordings_.settle(mark.call, mark.number, mark.at)) return failure;
  return calls_.forget_if_done(mark.call);
}

std::error_code Writer::write(Redeliver& order) {
  order.row.reset();  // of an attempt that failed
  return outbox_.redeliver(order.message_id, order.at, order.row);
}

std::error_code Writer::write(Forget& order) {
  order.gone.clear();  // of an attempt that failed
  return recordings_.forget(order.now, order.gone);
}

void Writer::tell_failure(std::error_code failure) {
  for (Work& work : batch_) {
    auto* step = std::get_if<Step>(&work);
    if (!step || step->failure_told) continue;
    step->failure_told = true;
    if (step->done) step->done(failure);
  }
}

void Writer::tell_success() {
  std::deque<Work> written = std::exchange(batch_, {});
  {
    const std::lock_guard lock(mutex_);
    oldest_in_batch_.reset();
  }
  metrics_.transactions_total.fetch_add(1, std::memory_order_relaxed);
  for (Work& work : written) {
    if (auto* order = std::get_if<Forget>(&work)) order->told(std::move(order->gone));
    if (auto* order = std::get_if<Redeliver>(&work)) order->told(std::move(order->row));
    const auto* step = std::get_if<Step>(&work);
    if (!step) continue;
    metrics_.commits_total.fetch_add(1, std::memory_order_relaxed);
    metrics_.queued.fetch_sub(1, std::memory_order_relaxed);
    metrics_.commit_latency.add(duration_cast<microseconds>(base::SteadyClock::now() - step->queued));
    if (step->done) step->done({});
  }
}

/// A checkpoint syncs twice; it must not stand between a step and its answer unless the WAL, which can only
/// start over when every page of it is in the database, grows out of hand.
void Writer::shorten_wal() {
  if (wal_pages_ >= options_.own_checkpoint_pages) {
    sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  } else if (wal_pages_ >= options_.background_checkpoint_pages) {
    wal_grew_();
  }
}

int Writer::on_wal(void* self, ::sqlite3* /*database*/, const char* /*schema*/, int pages) {
  static_cast<Writer*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

}  // namespace tonearm::storage
