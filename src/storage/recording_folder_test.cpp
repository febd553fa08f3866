#include "storage/recording_folder.hpp"

#include <fstream>
#include <future>
#include <set>

#include <gtest/gtest.h>

#include "storage/test_support.hpp"

namespace tonearm::storage {
namespace {

using namespace testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Rows that expire when the test says so.
class FakeRows final : public call::RecordingStore {
 public:
  void find_recording(call::OperationId,
                      std::function<void(std::optional<call::OfferedRecording>)>) override {}
  void forget_recordings(base::WallTime, std::function<void(std::vector<call::OperationId>)> gone) override {
    const std::lock_guard lock(mutex_);
    gone(std::exchange(expired_, {}));
  }
  std::vector<call::OperationId> recordings() override { return {known.begin(), known.end()}; }

  void expire(call::OperationId operation) {
    const std::lock_guard lock(mutex_);
    expired_.push_back(operation);
  }
  std::set<call::OperationId> known;

 private:
  std::mutex mutex_;
  std::vector<call::OperationId> expired_;
};

class RecordingFolderTest : public ::testing::Test {
 protected:
  RecordingFolderOptions options() const {
    RecordingFolderOptions options;
    options.folder = directory_.path() / "recordings";
    options.disk_max = 1000;
    return options;
  }
  void open() { folder_.emplace(options(), rows_); }
  fs::path path(call::OperationId operation, const char* suffix = ".wav") const {
    return options().folder / (operation.to_string() + suffix);
  }
  fs::path write(call::OperationId operation, std::size_t bytes, const char* suffix = ".wav") const {
    fs::create_directories(options().folder);
    std::ofstream(path(operation, suffix)) << std::string(bytes, 'x');
    return path(operation, suffix);
  }
  std::future<std::optional<fs::path>> await(call::OperationId operation, std::chrono::milliseconds limit) {
    auto told = std::make_shared<std::promise<std::optional<fs::path>>>();
    folder_->await_file(operation, limit, [told](auto found) { told->set_value(std::move(found)); });
    return told->get_future();
  }
  /// Waits for a sweep that began after everything before.
  template <class Condition>
  bool sweep_until(Condition condition) {
    const auto deadline = base::SteadyClock::now() + 20s;
    while (!condition()) {
      if (base::SteadyClock::now() > deadline) return false;
      folder_->post_sweep();
      std::this_thread::sleep_for(5ms);  // a folder does not say that it has been swept
    }
    return true;
  }

  TemporaryDir directory_;
  FakeRows rows_;
  call::OperationId operation_{base::Guid::random()};
  std::optional<RecordingFolder> folder_;
};

TEST_F(RecordingFolderTest, is_made_for_this_user_only) {
  open();
  EXPECT_EQ(fs::status(options().folder).permissions(), fs::perms::owner_all);
}

TEST_F(RecordingFolderTest, a_file_that_is_there_is_had_at_once) {
  write(operation_, 100);
  open();
  EXPECT_EQ(await(operation_, 20s).get(), path(operation_));
}

TEST_F(RecordingFolderTest, a_file_that_is_being_built_is_waited_for) {
  open();
  write(operation_, 10, ".spool");
  auto waiting = await(operation_, 20s);
  write(operation_, 100);
  folder_->on_written(operation_, true);
  EXPECT_EQ(waiting.get(), path(operation_));
}

TEST_F(RecordingFolderTest, a_file_that_does_not_come_in_time_is_none) {
  open();
  EXPECT_EQ(await(operation_, 1ms).get(), std::nullopt);
}

TEST_F(RecordingFolderTest, nobody_waits_for_a_file_that_could_not_be_written) {
  open();
  auto waiting = await(operation_, 10min);
  folder_->on_written(operation_, false);
  EXPECT_EQ(waiting.get(), std::nullopt);
}

TEST_F(RecordingFolderTest, the_wait_of_one_does_not_hold_up_others) {
  open();
  auto patient = await(operation_, 10min);
  const call::OperationId other(base::Guid::random());
  write(other, 1);
  EXPECT_EQ(await(other, 20s).get(), path(other));
  folder_->on_written(operation_, false);
  patient.get();
}

TEST_F(RecordingFolderTest, whoever_waits_at_the_end_is_let_go) {
  open();
  auto waiting = await(operation_, 10min);
  folder_.reset();
  EXPECT_THROW(waiting.get(), std::future_error);
}

TEST_F(RecordingFolderTest, is_full_at_its_limit_and_not_below_it) {
  write(operation_, 999);
  open();
  EXPECT_EQ(folder_->bytes(), 999u);
  EXPECT_FALSE(folder_->full());
  const call::OperationId other(base::Guid::random());
  write(other, 1);
  folder_->on_written(other, true);
  EXPECT_TRUE(folder_->full());
  fs::remove(path(other));
  EXPECT_TRUE(sweep_until([&] { return !folder_->full(); }));
}

TEST_F(RecordingFolderTest, spools_count_too) {
  write(operation_, 1000, ".spool");
  open();
  EXPECT_TRUE(folder_->full());
  EXPECT_EQ(folder_->files(), 1u);
}

TEST_F(RecordingFolderTest, the_files_of_what_has_expired_go) {
  write(operation_, 1000);
  write(operation_, 10, ".spool");
  const call::OperationId other(base::Guid::random());
  write(other, 10);
  open();
  rows_.expire(operation_);
  EXPECT_TRUE(sweep_until([&] { return folder_->bytes() == 10; }));
  EXPECT_FALSE(fs::exists(path(operation_)));
  EXPECT_FALSE(fs::exists(path(operation_, ".spool")));
  EXPECT_TRUE(fs::exists(path(other)));
}

TEST_F(RecordingFolderTest, an_old_file_without_a_row_goes_and_one_with_a_row_stays) {
  const call::OperationId named(base::Guid::random());
  rows_.known.insert(named);
  const call::OperationId fresh(base::Guid::random());
  const auto long_ago = fs::file_time_type::clock::now() - 73h;
  for (const auto operation : {operation_, named, fresh}) write(operation, 10);
  fs::last_write_time(path(operation_), long_ago);
  fs::last_write_time(path(named), long_ago);
  std::ofstream(options().folder / "notes.txt") << "not ours";
  fs::last_write_time(options().folder / "notes.txt", long_ago);
  open();
  EXPECT_TRUE(sweep_until([&] { return !fs::exists(path(operation_)); }));
  EXPECT_TRUE(fs::exists(path(named)));
  EXPECT_TRUE(fs::exists(path(fresh)));
  EXPECT_TRUE(fs::exists(options().folder / "notes.txt"));
}

TEST_F(RecordingFolderTest, the_length_of_a_file_is_that_of_its_audio) {
  open();
  EXPECT_EQ(folder_->length_of(operation_), 0ms);
  write(operation_, 44);
  EXPECT_EQ(folder_->length_of(operation_), 0ms);
  write(operation_, 44 + 32 * 250);
  EXPECT_EQ(folder_->length_of(operation_), 250ms);
}

}  // namespace
}  // namespace tonearm::storage
