#include "storage/writer.hpp"

#include <atomic>
#include <latch>
#include <mutex>

#include <gtest/gtest.h>

#include "storage/errc.hpp"
#include "storage/test_support.hpp"

namespace tonearm::storage {
namespace {

using namespace testing;
using namespace std::chrono_literals;

/// A disk that can be held and that fails on demand.
class Disk {
 public:
  std::function<std::error_code()> hook() {
    return [this] {
      std::unique_lock lock(mutex_);
      reached_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !held_; });
      if (failures_ == 0) return std::error_code{};
      --failures_;
      return make_error_code(StorageErrc::disk_full);
    };
  }
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
    reached_ = false;
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  void fail(int times) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool reached_ = false;
  int failures_ = 0;
};

WriterOptions with(Disk& disk) {
  WriterOptions options;
  options.before_commit = disk.hook();
  options.retry_min = 1ms;
  return options;
}

TEST(Writer, what_comes_while_the_disk_is_busy_shares_one_transaction) {
  const TemporaryDir directory;
  Disk disk;
  auto store = open_store(directory.path(), with(disk));
  disk.hold();
  std::latch written(101);
  const auto done = [&](std::error_code) { written.count_down(); };
  store->commit(some_commit(some_call(), 1, 1), done);
  disk.wait_until_reached();
  for (int i = 0; i < 100; ++i) store->commit(some_commit(some_call(), 1, 1), done);
  disk.release();
  written.wait();
  EXPECT_EQ(store->metrics().transactions_total, 2u);
  EXPECT_EQ(store->metrics().commits_total, 101u);
  EXPECT_EQ(store->metrics().queued, 0u);
  EXPECT_EQ(store->load_alive().size(), 101u);
}

TEST(Writer, tells_the_commits_of_a_call_in_their_order) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  constexpr std::uint64_t kSteps = 1000;
  const auto call = some_call();
  std::vector<std::uint64_t> order;  // on the writer's thread
  std::latch written(kSteps);
  for (std::uint64_t step = 1; step <= kSteps; ++step) {
    store->commit(some_commit(call, step, step), [&, step](std::error_code) {
      order.push_back(step);
      written.count_down();
    });
  }
  written.wait();
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_EQ(store->load_pending().size(), kSteps);
}

TEST(Writer, a_failed_commit_is_told_once_and_written_in_the_end) {
  const TemporaryDir directory;
  Disk disk;
  auto store = open_store(directory.path(), with(disk));
  disk.fail(3);
  std::vector<std::error_code> answers;
  std::promise<void> written;
  const auto call = some_call();
  store->commit(some_commit(call, 1, 1), [&](std::error_code failure) {
    answers.push_back(failure);
    if (!failure) written.set_value();
  });
  written.get_future().get();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0], StorageErrc::disk_full);
  EXPECT_FALSE(answers[1]);
  EXPECT_EQ(store->metrics().transaction_failures_total, 3u);
  EXPECT_TRUE(load_and_wait(*store, call->id, 1));
}

TEST(Writer, nothing_of_a_failed_transaction_is_visible_before_it_is_written) {
  const TemporaryDir directory;
  Disk disk;
  WriterOptions options = with(disk);
  options.retry_min = options.retry_max = 1h;
  auto store = open_store(directory.path(), options);
  disk.fail(1);
  const auto call = some_call();
  EXPECT_EQ(commit_and_wait(*store, some_commit(call, 1, 1)), StorageErrc::disk_full);
  EXPECT_TRUE(store->load_pending().empty());
  EXPECT_GT(store->oldest_uncommitted(), 0ms);
}

TEST(Writer, who_comes_while_the_disk_fails_hears_of_it_and_stays_behind_the_first) {
  const TemporaryDir directory;
  Disk disk;
  auto store = open_store(directory.path(), with(disk));
  const auto call = some_call();
  disk.fail(1'000'000);
  std::vector<std::uint64_t> order;
  std::latch written(2);
  std::promise<std::error_code> second_heard;
  store->commit(some_commit(call, 1, 1), [&](std::error_code failure) {
    if (failure) return;
    order.push_back(1);
    written.count_down();
  });
  store->commit(some_commit(call, 2, 2), [&](std::error_code failure) {
    if (failure) return second_heard.set_value(failure);
    order.push_back(2);
    written.count_down();
  });
  EXPECT_EQ(second_heard.get_future().get(), StorageErrc::disk_full);
  disk.fail(0);
  written.wait();
  EXPECT_EQ(order, (std::vector<std::uint64_t>{1, 2}));
}

TEST(Writer, the_oldest_uncommitted_ages_while_the_disk_stalls_and_is_zero_after) {
  const TemporaryDir directory;
  Disk disk;
  auto store = open_store(directory.path(), with(disk));
  EXPECT_EQ(store->oldest_uncommitted(), 0ms);
  disk.hold();
  std::promise<void> written;
  store->commit(some_commit(some_call(), 1, 1), [&](std::error_code) { written.set_value(); });
  disk.wait_until_reached();
  EXPECT_GE(store->oldest_uncommitted(), 1ms);
  disk.release();
  written.get_future().get();
  EXPECT_EQ(store->oldest_uncommitted(), 0ms);
}

TEST(Writer, marks_without_a_step_are_written_too) {
  const TemporaryDir directory;
  Disk disk;
  auto store = open_store(directory.path(), with(disk));
  const auto call = some_call();
  commit_and_wait(*store, some_commit(call, 1, 1));
  disk.hold();
  store->mark_delivered(call->id, call::NotificationNumber(1));
  disk.wait_until_reached();
  disk.release();
  store->stop();
  EXPECT_TRUE(store->load_pending().empty());
}

TEST(Writer, stopping_writes_what_is_queued) {
  const TemporaryDir directory;
  {
    auto store = open_store(directory.path());
    for (int i = 0; i < 600; ++i) store->commit(some_commit(some_call(), 1, 1), nullptr);
  }
  EXPECT_EQ(open_store(directory.path())->load_pending().size(), 600u);
}

TEST(Writer, stopping_does_not_wait_for_a_disk_that_fails) {
  const TemporaryDir directory;
  Disk disk;
  auto store = open_store(directory.path(), with(disk));
  disk.fail(1'000'000);
  EXPECT_TRUE(commit_and_wait(*store, some_commit(some_call(), 1, 1)));
  store->stop();
}

TEST(Writer, the_log_of_the_database_does_not_grow_without_end) {
  const TemporaryDir directory;
  WriterOptions options;
  options.background_checkpoint_pages = 20;
  options.own_checkpoint_pages = 60;
  auto store = open_store(directory.path(), options);
  for (int i = 0; i < 300; ++i) commit_and_wait(*store, some_commit(some_call(), 1, 1));
  EXPECT_LT(std::filesystem::file_size(directory.database().string() + "-wal"), 120u * 4200u);
}

}  // namespace
}  // namespace tonearm::storage
