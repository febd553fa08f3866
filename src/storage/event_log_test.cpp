#include "storage/event_log.hpp"

#include <condition_variable>
#include <fstream>
#include <future>

#include <gtest/gtest.h>

#include "storage/errc.hpp"
#include "storage/test_support.hpp"

namespace tonearm::storage {
namespace {

using namespace testing;
using namespace std::chrono_literals;

call::LoggedEvent happened(std::string details = "{}", std::string_view kind = "call.created") {
  return {base::WallClock::now(), kind, std::move(details)};
}

/// A log in a directory of its own.
class EventLogTest : public ::testing::Test {
 protected:
  EventLogTest() { options_.data_dir = directory_.path(); }

  EventLog& log() {
    if (!log_) {
      auto opened = EventLog::open(options_);
      if (!opened) throw std::runtime_error(opened.error().message());
      log_ = std::move(*opened);
    }
    return *log_;
  }

  call::EventsFound read(std::uint64_t after = 0, std::size_t most = 1000) {
    return read_of(call_, after, most);
  }
  call::EventsFound read_of(call::CallId call, std::uint64_t after = 0, std::size_t most = 1000) {
    std::promise<call::EventsFound> found;
    log().read({call, after, most}, [&](auto events) { found.set_value(events.value()); });
    return found.get_future().get();
  }

  /// Details of what is there; the numbers must have no gap.
  std::vector<std::string> details() {
    std::vector<std::string> all;
    for (const auto& event : read().events) {
      EXPECT_EQ(event.number, all.size() + 1);
      all.push_back(event.details);
    }
    return all;
  }

  const TemporaryDir directory_;
  EventLogOptions options_;
  std::unique_ptr<EventLog> log_;
  const call::CallId call_ = new_call_id();
};

/// A disk that stands still, or fails, until the test lets it.
class HeldDisk {
 public:
  std::error_code operator()() {
    std::unique_lock lock(mutex_);
    ++arrivals_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    return failure_;
  }
  void hold() {
    set([this] { held_ = true; });
  }
  void release() {
    set([this] { held_ = false; });
  }
  void fail(std::error_code failure) {
    set([this, failure] { failure_ = failure; });
  }
  /// Waits until so many transactions in all have come to it.
  void await_arrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrivals_ >= count; });
  }

 private:
  template <class Change>
  void set(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  std::error_code failure_;
  int arrivals_ = 0;
};

TEST_F(EventLogTest, events_are_numbered_per_call_and_a_read_sees_all_that_was_posted) {
  const auto other = new_call_id();
  for (int number = 1; number <= 50; ++number) {
    log().post(call_, happened(std::to_string(number)));
    log().post(other, happened("other"));
  }
  const auto found = details();
  ASSERT_EQ(found.size(), 50u);
  EXPECT_EQ(found.back(), "50");
  EXPECT_EQ(read_of(other).events.back().number, 50u);
  EXPECT_EQ(read().events.front().kind, "call.created");
}

TEST_F(EventLogTest, a_page_goes_on_where_the_last_one_ended) {
  for (int number = 1; number <= 5; ++number) log().post(call_, happened());
  const auto page = read(2, 2).events;
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].number, 3u);
  const auto behind = read(5);
  EXPECT_TRUE(behind.known);
  EXPECT_TRUE(behind.events.empty());
  EXPECT_FALSE(read_of(new_call_id()).known);
}

TEST_F(EventLogTest, numbers_go_on_after_a_restart) {
  log().post(call_, happened("before"));
  log_.reset();
  log().post(call_, happened("after"));
  EXPECT_EQ(details(), (std::vector<std::string>{"before", "after"}));
}

TEST_F(EventLogTest, what_the_disk_could_not_take_in_time_is_marked_where_it_is_missing) {
  HeldDisk disk;
  options_.waiting_max = 4;
  options_.before_commit = [&] { return disk(); };
  disk.hold();
  log().post(call_, happened("1"));
  disk.await_arrivals(1);
  for (int number = 2; number <= 7; ++number) log().post(call_, happened(std::to_string(number)));
  EXPECT_EQ(log().metrics().lost_total, 3u);
  disk.release();
  while (log().metrics().queued > 0) read();
  log().post(call_, happened("8"));
  EXPECT_EQ(details(), (std::vector<std::string>{"1", "2", "3", "4", R"({"events":3})", "8"}));
  EXPECT_EQ(read().events[4].kind, "log.lost");
  EXPECT_EQ(log().metrics().written_total, 5u);
}

TEST_F(EventLogTest, what_a_full_disk_refused_is_written_when_there_is_room) {
  HeldDisk disk;
  options_.retry = 1ms;
  options_.before_commit = [&] { return disk(); };
  log().post(call_, happened("before"));
  ASSERT_EQ(details().size(), 1u);
  disk.fail(make_error_code(StorageErrc::disk_full));
  log().post(call_, happened("meanwhile"));
  disk.await_arrivals(3);
  EXPECT_EQ(details(), std::vector<std::string>{"before"});  // can be read all the time
  disk.fail({});
  while (log().metrics().queued > 0) read();
  EXPECT_EQ(details(), (std::vector<std::string>{"before", "meanwhile"}));
  EXPECT_GE(log().metrics().failures_total, 1u);
}

TEST_F(EventLogTest, the_log_of_a_call_is_bounded_and_says_so) {
  options_.per_call_max = 3;
  for (int number = 1; number <= 5; ++number) log().post(call_, happened());
  const auto events = read().events;
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events.back().kind, "log.full");
  EXPECT_EQ(log().metrics().lost_total, 3u);
}

TEST_F(EventLogTest, what_is_too_old_is_removed_at_the_next_start) {
  log().post(call_, {base::WallClock::now() - 73h, "call.created", "{}"});
  log().post(call_, happened("young"));
  log_.reset();
  log().post(call_, happened("younger"));
  const auto events = read().events;
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events.front().number, 2u);
}

TEST_F(EventLogTest, a_file_that_is_too_large_loses_its_oldest_events) {
  options_.bytes_max = 1 << 20;
  const std::string kilobyte(1024, 'x');
  for (int number = 1; number <= 8'000; ++number) {
    log().post(call_, happened(kilobyte));
    if (number % 1'000 == 0) read(0, 1);
  }
  for (int turn = 0; turn < 3; ++turn) {
    log().post(call_, happened("last"));
    read(0, 1);
  }
  const auto events = read(0, 10'000).events;
  EXPECT_GT(events.front().number, 5'000u);
  EXPECT_EQ(events.back().number, 8'003u);
}

TEST_F(EventLogTest, a_listener_hears_of_new_events_of_its_call_until_it_leaves) {
  std::promise<void> told;
  std::atomic<int> times{0};
  {
    const auto subscription = log().subscribe(call_, [&] {
      if (++times == 1) told.set_value();
    });
    log().post(new_call_id(), happened());
    read();
    EXPECT_EQ(times, 0);
    log().post(call_, happened());
    told.get_future().get();
  }
  log().post(call_, happened());
  read();
  EXPECT_EQ(times, 1);
}

TEST_F(EventLogTest, a_subscription_may_outlive_its_log) {
  const auto subscription = log().subscribe(call_, [] {});
  log_.reset();
}

TEST_F(EventLogTest, what_waits_is_written_at_the_stop) {
  options_.gather = 1h;
  log().post(call_, happened("last words"));
  log_.reset();
  options_.gather = 1ms;
  EXPECT_EQ(details(), std::vector<std::string>{"last words"});
}

TEST_F(EventLogTest, a_file_that_is_damaged_or_not_ours_is_refused_with_what_to_do) {
  std::ofstream(directory_.path() / "events.db") << "no database at all, and long enough to be looked at";
  auto opened = EventLog::open(options_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, StorageErrc::corrupt);
  EXPECT_NE(opened.error().message().find("move it and its -wal and -shm files away"), std::string::npos);

  std::filesystem::remove(directory_.path() / "events.db");
  Database(directory_.path() / "events.db", Database::Mode::read_write).require("CREATE TABLE notes(text)");
  opened = EventLog::open(options_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, StorageErrc::foreign_database);
}

}  // namespace
}  // namespace tonearm::storage
