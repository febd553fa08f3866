#include "storage/wal_check.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "storage/errc.hpp"
#include "storage/test_support.hpp"

namespace tonearm::storage {
namespace {

using namespace testing;

constexpr int kCalls = 20;
constexpr std::streamoff kFrame = 24 + 4096;

/// The data directory of a server that was killed: twenty transactions in its log, none in the database.
class WalCheckTest : public ::testing::Test {
 protected:
  WalCheckTest() {
    const TemporaryDir running;
    const auto store = open_store(running.path());
    for (int i = 0; i < kCalls; ++i) EXPECT_FALSE(commit_and_wait(*store, some_commit(some_call(), 1, 1)));
    for (const char* suffix : {"", "-wal"}) {
      std::filesystem::copy_file(running.database().string() + suffix,
                                 directory_.database().string() + suffix);
    }
  }

  [[nodiscard]] std::filesystem::path wal() const { return directory_.database().string() + "-wal"; }
  [[nodiscard]] std::streamoff frames() const {
    return (static_cast<std::streamoff>(std::filesystem::file_size(wal())) - 32) / kFrame;
  }
  [[nodiscard]] std::streamoff frame(std::streamoff number) const { return 32 + number * kFrame; }
  void damage(std::streamoff at, const std::string& with = "damage") const {
    std::fstream file(wal(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file << with;
  }
  [[nodiscard]] base::Result<std::size_t> calls(bool full_durability = true) const {
    StoreOptions options;
    options.data_dir = directory_.path();
    options.full_durability = full_durability;
    auto store = Store::open(std::move(options));
    if (!store) return std::unexpected(store.error());
    return (*store)->load_alive().size();
  }
  void expect_refused(const std::string& words) const {
    const auto found = calls();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, StorageErrc::corrupt);
    EXPECT_NE(found.error().context.find(words), std::string::npos) << found.error().context;
    EXPECT_NE(found.error().context.find("relaxed"), std::string::npos);
  }

  const TemporaryDir directory_;
};

TEST_F(WalCheckTest, a_whole_log_is_replayed) {
  EXPECT_EQ(calls().value(), kCalls);
}

TEST_F(WalCheckTest, a_database_without_a_log_is_in_order) {
  std::filesystem::remove(wal());
  EXPECT_FALSE(wal_damage(wal()));
}

TEST_F(WalCheckTest, the_last_transaction_may_be_torn) {
  std::filesystem::resize_file(wal(), static_cast<std::uintmax_t>(frame(frames()) - 100));
  EXPECT_EQ(calls().value(), kCalls - 1);
}

TEST_F(WalCheckTest, a_damaged_page_before_others_is_refused) {
  damage(frame(frames() / 2) + 24 + 1000);
  expect_refused("transactions behind it are whole");
}

TEST_F(WalCheckTest, a_damaged_frame_header_before_others_is_refused) {
  damage(frame(frames() / 2), std::string(24, '\x55'));
  expect_refused("transactions behind it are whole");
}

TEST_F(WalCheckTest, a_lost_block_before_others_is_refused) {
  damage(frame(frames() / 2), std::string(3 * kFrame, '\0'));
  expect_refused("transactions behind it are whole");
}

TEST_F(WalCheckTest, a_damaged_header_is_refused) {
  damage(16);
  expect_refused("header");
}

TEST_F(WalCheckTest, a_log_that_was_made_longer_but_never_written_is_in_order) {
  std::ofstream(wal(), std::ios::trunc | std::ios::binary) << std::string(8192, '\0');
  EXPECT_FALSE(wal_damage(wal()));
}

TEST_F(WalCheckTest, frames_of_an_older_log_behind_it_are_not_its_own) {
  const std::string old = [&] {
    std::ifstream file(wal(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  std::filesystem::remove(wal());
  EXPECT_EQ(calls().value(), 0U);  // a database of its own
  const auto store = open_store(directory_.path());
  commit_and_wait(*store, some_commit(some_call(), 1, 1));
  std::ifstream file(wal(), std::ios::binary);
  std::string log(std::istreambuf_iterator<char>(file), {});
  ASSERT_LT(log.size(), old.size());
  log += old.substr(log.size());
  const TemporaryDir other;
  std::ofstream(other.path() / "log", std::ios::binary) << log;
  EXPECT_FALSE(wal_damage(other.path() / "log"));
}

TEST_F(WalCheckTest, relaxed_goes_on_with_what_is_before_the_damage) {
  damage(frame(frames() / 2) + 24 + 1000);
  const auto found = calls(false);
  ASSERT_TRUE(found);
  EXPECT_GT(*found, 0U);
  EXPECT_LT(*found, static_cast<std::size_t>(kCalls));
}

}  // namespace
}  // namespace tonearm::storage
