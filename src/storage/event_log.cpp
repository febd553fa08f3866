#include "storage/event_log.hpp"

#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/log.hpp"
#include "storage/database_file.hpp"
#include "storage/errc.hpp"

namespace tonearm::storage {
namespace {

constexpr const char* kFileName = "events.db";
constexpr const char* kLostWithIt = " (what happened to earlier calls cannot be looked up then)";
constexpr std::string_view kLostEvents = "log.lost";
/// How often what is old is looked for.
constexpr std::chrono::minutes kPurgeEvery{10};

base::RateLimit failure_lines(1);

/// With its schema, before statements are prepared.
Database opened(const std::filesystem::path& file) {
  Database database(file, Database::Mode::read_write);
  check_integrity(database);
  database.require("PRAGMA journal_mode = WAL");
  database.require("PRAGMA synchronous = NORMAL");
  migrate_events(database);
  return database;
}

}  // namespace

base::Result<std::unique_ptr<EventLog>> EventLog::open(EventLogOptions options) {
  const auto file = options.data_dir / kFileName;
  try {
    return std::unique_ptr<EventLog>(new EventLog(private_file(file), std::move(options)));
  } catch (const std::system_error& error) {
    return std::unexpected(
        base::Error{error.code(), file.string() + ": " + error.what() + remedy(error.code(), kLostWithIt)});
  }
}

EventLog::EventLog(const std::filesystem::path& file, EventLogOptions options)
    : options_(std::move(options)), database_(opened(file)), table_(database_, options_.per_call_max) {
  thread_ = std::thread([this] { run(); });
}

EventLog::~EventLog() {
  stop();
}

void EventLog::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void EventLog::post(call::CallId call, call::LoggedEvent event) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (metrics_.queued.load(std::memory_order_relaxed) >= options_.waiting_max) {
      ++lost_[call];
      metrics_.lost_total.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    first = queue_.empty();
    queue_.push_back({call, std::move(event)});
    metrics_.queued.fetch_add(1, std::memory_order_relaxed);
  }
  if (first) wake_.notify_one();
}

void EventLog::read(call::EventsAsked asked, Found found) {
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back({asked, std::move(found)});
  }
  wake_.notify_one();
}

EventSubscription EventLog::subscribe(call::CallId call, std::function<void()> news) {
  return {listeners_, call, std::move(news)};
}

void EventLog::run() {
  while (wait_for_work()) {
    take_queued();
    if (!write_until_done()) return;
    serve_reads();
  }
}

/// False when all is written and the log shall stop. Nobody waits for an event to be written but who reads.
bool EventLog::wait_for_work() {
  std::unique_lock lock(mutex_);
  const auto hurried = [this] { return stopping_ || !asked_.empty(); };
  wake_.wait(lock, [&] { return hurried() || !queue_.empty() || !lost_.empty(); });
  wake_.wait_for(lock, options_.gather, hurried);
  return !stopping_ || !queue_.empty() || !lost_.empty();
}

void EventLog::take_queued() {
  const std::lock_guard lock(mutex_);
  batch_.swap(queue_);
  batch_lost_.swap(lost_);
  reads_.swap(asked_);
}

/// False if the disk still fails when the log shall stop. While it fails, what was written can be read.
bool EventLog::write_until_done() {
  while (const auto failure = write_transaction()) {
    metrics_.failures_total.fetch_add(1, std::memory_order_relaxed);
    if (unsigned suppressed = 0; failure_lines.allow(suppressed)) {
      spdlog::error("event log: {} events could not be written: {}; trying again ({} more lines held back)",
                    batch_.size(), failure.message(), suppressed);
    }
    serve_reads();
    if (!pause()) return false;
  }
  count_written();
  return true;
}

/// Until the next attempt, or until somebody wants to read. False if the log shall stop.
bool EventLog::pause() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, options_.retry, [this] { return stopping_ || !asked_.empty(); });
  reads_.swap(asked_);
  return !stopping_;
}

std::error_code EventLog::write_transaction() {
  if (batch_.empty() && batch_lost_.empty() && base::SteadyClock::now() < next_purge_) return {};
  const std::error_code failure = write_all();
  if (failure) {
    if (!sqlite3_get_autocommit(database_.handle())) database_.execute("ROLLBACK");
    table_.forget_numbers();
  }
  return failure;
}

std::error_code EventLog::write_all() {
  beyond_limit_ = 0;
  std::error_code failure = database_.execute("BEGIN IMMEDIATE");
  for (auto entry = batch_.begin(); !failure && entry != batch_.end(); ++entry) {
    bool written = false;
    const auto& event = entry->event;
    failure = table_.add(entry->call, event.at, event.kind, event.details, written);
    if (!written) ++beyond_limit_;
  }
  if (!failure) failure = write_lost();
  if (!failure) failure = purge();
  if (!failure && options_.before_commit) failure = options_.before_commit();
  return failure ? failure : database_.execute("COMMIT");
}

/// Whoever reads the log must not take it for whole where it is not.
std::error_code EventLog::write_lost() {
  for (const auto& [call, count] : batch_lost_) {
    bool written = false;
    const auto details = fmt::format(R"({{"events":{}}})", count);
    if (const auto failure = table_.add(call, base::WallClock::now(), kLostEvents, details, written))
      return failure;
  }
  return {};
}

/// Time by time what is too old; whenever the file is too large, what is oldest.
std::error_code EventLog::purge() {
  std::int64_t gone = 0;
  std::int64_t bytes = 0;
  if (const auto failure = table_.size(bytes)) return failure;
  if (bytes > options_.bytes_max) return table_.purge(std::nullopt, gone);
  if (base::SteadyClock::now() < next_purge_) return {};
  const auto failure = table_.purge(base::WallClock::now() - options_.keep, gone);
  const bool more = gone >= EventTable::kPurgeMax;
  next_purge_ = base::SteadyClock::now() + (more ? base::milliseconds(0) : base::milliseconds(kPurgeEvery));
  return failure;
}

void EventLog::count_written() {
  const std::uint64_t count = batch_.size();
  std::unordered_set<call::CallId> calls;
  for (const Entry& entry : batch_) calls.insert(entry.call);
  for (const auto& [call, lost] : batch_lost_) calls.insert(call);
  batch_.clear();
  batch_lost_.clear();
  metrics_.queued.fetch_sub(count, std::memory_order_relaxed);
  metrics_.written_total.fetch_add(count - beyond_limit_, std::memory_order_relaxed);
  metrics_.lost_total.fetch_add(beyond_limit_, std::memory_order_relaxed);
  listeners_->tell({calls.begin(), calls.end()});
}

void EventLog::serve_reads() {
  for (const Read& read : std::exchange(reads_, {})) {
    call::EventsFound found;
    const auto failure = table_.find(read.asked, found);
    if (failure) spdlog::error("event log: events could not be read: {}", failure.message());
    read.found(failure ? std::nullopt : std::optional(std::move(found)));
  }
}

}  // namespace tonearm::storage
