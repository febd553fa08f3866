#include "storage/recording_folder.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/log.hpp"

namespace tonearm::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWhole = ".wav";
constexpr const char* kGrowing = ".spool";
constexpr const char* kHalfWritten = ".wav.part";
/// Of a WAV with PCM in it and nothing else; and its bytes in a millisecond (16 kHz, 16 bit, mono).
constexpr std::uint64_t kWavHead = 44;
constexpr std::uint64_t kBytesPerMs = 32;

/// A record may take this long, and its row comes only when it is over.
constexpr std::chrono::hours kUnnamedAtLeast{1};
constexpr std::chrono::hours kUnnamedEvery{1};

bool contains(const std::vector<call::OperationId>& ids, call::OperationId id) {
  return std::ranges::find(ids, id) != ids.end();
}

/// The operation that a file belongs to, if it is one of ours.
std::optional<call::OperationId> operation_of(const fs::path& path) {
  const std::string name = path.filename().string();
  return call::OperationId::parse(name.substr(0, name.find('.')));
}

template <class Visit>
void each_file(const fs::path& folder, Visit visit) {
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    visit(*entry);
  }
}

}  // namespace

void RecordingFolder::Inbox::tell(const std::function<void()>& what) {
  {
    const std::lock_guard lock(mutex);
    what();
    changed = true;
  }
  wake.notify_one();
}

RecordingFolder::RecordingFolder(RecordingFolderOptions options, call::RecordingStore& store)
    : options_(std::move(options)), store_(store), inbox_(std::make_shared<Inbox>()) {
  std::error_code failure;
  fs::create_directories(options_.folder, failure);
  if (!failure) fs::permissions(options_.folder, fs::perms::owner_all, failure);
  if (failure) spdlog::error("recordings: {}: {}", options_.folder.string(), failure.message());
  count();  // `full` is asked from the first request on
  thread_ = std::thread([this] { run(); });
}

RecordingFolder::~RecordingFolder() {
  stop();
}

void RecordingFolder::stop() {
  inbox_->tell([this] { inbox_->stopping = true; });
  if (thread_.joinable()) thread_.join();
  std::vector<Waiter> dropped;
  const std::lock_guard lock(inbox_->mutex);
  dropped.swap(inbox_->waiters);
}

void RecordingFolder::await_file(call::OperationId operation, std::chrono::milliseconds limit,
                                 FileReady done) {
  inbox_->tell([&] {
    inbox_->waiters.push_back({operation, base::SteadyClock::now() + limit, std::move(done)});
  });
}

void RecordingFolder::on_written(call::OperationId operation, bool ok) {
  std::error_code failure;
  const auto size = fs::file_size(file(operation, kWhole), failure);
  if (!failure) bytes_.fetch_add(size, std::memory_order_relaxed);  // until the next count knows better
  inbox_->tell([&] {
    if (!ok) inbox_->failed.push_back(operation);
  });
}

void RecordingFolder::post_sweep() {
  inbox_->tell([this] { inbox_->sweep = true; });
}

std::chrono::milliseconds RecordingFolder::length_of(call::OperationId operation) const {
  std::error_code failure;
  const auto size = fs::file_size(file(operation, kWhole), failure);
  if (failure || size <= kWavHead) return std::chrono::milliseconds(0);
  return std::chrono::milliseconds((size - kWavHead) / kBytesPerMs);
}

void RecordingFolder::run() {
  std::unique_lock lock(inbox_->mutex);
  while (!inbox_->stopping) {
    auto waiters = std::exchange(inbox_->waiters, {});
    const auto expired = std::exchange(inbox_->expired, {});
    const auto failed = std::exchange(inbox_->failed, {});
    const bool asked = std::exchange(inbox_->sweep, false);
    inbox_->changed = false;
    lock.unlock();

    for (const call::OperationId operation : expired) remove_files(operation);
    if (!expired.empty()) count();
    if (asked || base::SteadyClock::now() >= next_sweep_) sweep();
    waiters = answer(std::move(waiters), failed);
    base::TimePoint next = next_sweep_;
    for (const Waiter& waiter : waiters) next = std::min(next, waiter.until);

    lock.lock();
    std::ranges::move(waiters, std::back_inserter(inbox_->waiters));
    inbox_->wake.wait_until(lock, next, [this] { return inbox_->changed; });
  }
}

/// Rows first: a row without a file would be one whose file is still awaited.
void RecordingFolder::sweep() {
  const auto begun = base::SteadyClock::now();
  store_.forget_recordings(base::WallClock::now(), [inbox = inbox_](std::vector<call::OperationId> gone) {
    if (gone.empty()) return;
    inbox->tell([&] { inbox->expired.insert(inbox->expired.end(), gone.begin(), gone.end()); });
  });
  if (begun >= next_unnamed_) {
    remove_unnamed();
    next_unnamed_ = begun + kUnnamedEvery;
  }
  count();
  // A folder of many files costs one core a hundredth at most.
  const auto now = base::SteadyClock::now();
  next_sweep_ = now + std::max<base::SteadyClock::duration>(options_.sweep_every, (now - begun) * 100);
}

void RecordingFolder::count() {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  each_file(options_.folder, [&](const fs::directory_entry& entry) {
    std::error_code gone;
    const auto size = entry.file_size(gone);
    if (gone) return;
    bytes += size;
    ++files;
  });
  bytes_.store(bytes, std::memory_order_relaxed);
  files_.store(files, std::memory_order_relaxed);
}

void RecordingFolder::remove_unnamed() {
  const auto age = std::max<std::chrono::milliseconds>(options_.keep_unnamed, kUnnamedAtLeast);
  const auto before = fs::file_time_type::clock::now() - age;
  std::vector<fs::path> old;
  each_file(options_.folder, [&](const fs::directory_entry& entry) {
    std::error_code gone;
    const auto written = entry.last_write_time(gone);
    if (!gone && written < before && operation_of(entry.path())) old.push_back(entry.path());
  });
  if (old.empty()) return;
  std::unordered_set<call::OperationId> named;
  try {
    for (const call::OperationId operation : store_.recordings()) named.insert(operation);
  } catch (const std::system_error& error) {
    spdlog::error("recordings: {}", error.what());
    return;
  }
  for (const fs::path& path : old) {
    if (named.contains(*operation_of(path))) continue;
    spdlog::info("recordings: {} belongs to no recording and is removed", path.filename().string());
    std::error_code ignored;
    fs::remove(path, ignored);
  }
}

void RecordingFolder::remove_files(call::OperationId operation) {
  for (const char* suffix : {kWhole, kGrowing, kHalfWritten}) {
    std::error_code failure;
    fs::remove(file(operation, suffix), failure);
    if (failure) spdlog::error("recording {}: {}", operation.to_string(), failure.message());
  }
}

fs::path RecordingFolder::file(call::OperationId operation, const char* suffix) const {
  return options_.folder / (operation.to_string() + suffix);
}

std::vector<RecordingFolder::Waiter> RecordingFolder::answer(std::vector<Waiter> waiters,
                                                             const std::vector<call::OperationId>& failed) {
  std::vector<Waiter> patient;
  const auto now = base::SteadyClock::now();
  for (Waiter& waiter : waiters) {
    const fs::path path = file(waiter.operation, kWhole);
    std::error_code failure;
    if (fs::exists(path, failure)) {
      waiter.done(path);
    } else if (now >= waiter.until || contains(failed, waiter.operation)) {
      waiter.done(std::nullopt);
    } else {
      patient.push_back(std::move(waiter));
    }
  }
  return patient;
}

}  // namespace tonearm::storage
