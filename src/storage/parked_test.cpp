#include <gtest/gtest.h>

#include "storage/test_support.hpp"

// Parked notifications: listed, counted, sent again, removed in time.

namespace tonearm::storage {
namespace {

using namespace testing;
using call::NotRedelivered;

std::vector<call::ParkedNotification> parked_in(Store& store, call::ParkedAsked asked = {}) {
  std::promise<std::vector<call::ParkedNotification>> found;
  store.load_parked(asked, [&](auto parked) { found.set_value(parked.value()); });
  return found.get_future().get();
}

call::Redelivery redeliver_and_wait(Store& store, const base::Guid& message_id) {
  std::promise<call::Redelivery> answer;
  store.redeliver(message_id, [&](call::Redelivery redelivery) { answer.set_value(std::move(redelivery)); });
  return answer.get_future().get();
}

/// A call's rows, all parked.
std::vector<call::OutboxRow> park_rows(Store& store, std::uint64_t count, call::CallId call = new_call_id()) {
  call::Commit commit{call, 1, {}, {}};
  for (std::uint64_t number = 1; number <= count; ++number)
    commit.outbox.push_back(some_row(call, number, "body " + std::to_string(number)));
  const auto rows = commit.outbox;
  commit_and_wait(store, std::move(commit));
  for (const auto& row : rows) store.mark_parked(call, row.number, {"answered 403", 2});
  flush(store);
  return rows;
}

/// Waits until a step is written, however often its transaction fails: what was queued before is, too.
void flush_through_failures(Store& store) {
  while (commit_and_wait(store, call::Commit{new_call_id(), 1, {}, {}})) {
  }
}

TEST(Parked, is_listed_with_all_that_people_want_to_know) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto before = std::chrono::floor<base::microseconds>(base::WallClock::now());
  const auto row = park_rows(*store, 1).front();
  const auto parked = parked_in(*store);
  ASSERT_EQ(parked.size(), 1u);
  EXPECT_EQ(parked[0].message_id, row.message_id);
  EXPECT_EQ(parked[0].call, row.call);
  EXPECT_EQ(parked[0].application, row.application);
  EXPECT_EQ(parked[0].number, row.number);
  EXPECT_EQ(parked[0].created, row.created);
  EXPECT_GE(parked[0].parked, before);
  EXPECT_EQ(parked[0].because.why, "answered 403");
  EXPECT_EQ(parked[0].because.attempts, 2u);
}

TEST(Parked, pages_follow_each_other_without_a_gap_also_after_a_restart) {
  const TemporaryDir directory;
  std::vector<std::uint64_t> seen;
  call::ParkedAsked asked{.most = 3};
  {
    auto store = open_store(directory.path());
    park_rows(*store, 7);
    for (const auto& one : parked_in(*store, asked)) seen.push_back(one.number.value);
    asked.after = parked_in(*store, asked).back().parked;
  }
  auto store = open_store(directory.path());
  for (auto page = parked_in(*store, asked); !page.empty(); page = parked_in(*store, asked)) {
    for (const auto& one : page) seen.push_back(one.number.value);
    asked.after = page.back().parked;
  }
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7}));
}

TEST(Parked, is_counted_through_restarts_failed_transactions_and_what_takes_it_away) {
  const TemporaryDir directory;
  std::atomic<int> failures{0};
  WriterOptions writer;
  writer.retry_min = std::chrono::milliseconds(1);
  writer.before_commit = [&] {
    return failures-- > 0 ? std::make_error_code(std::errc::io_error) : std::error_code{};
  };
  base::Guid first;
  {
    auto store = open_store(directory.path(), writer);
    EXPECT_EQ(store->metrics().parked, 0u);
    const auto rows = park_rows(*store, 3);
    first = rows.front().message_id;
    EXPECT_EQ(store->metrics().parked, 3u);
    const auto more = some_commit(some_call(), 1, 1);
    commit_and_wait(*store, more);
    failures = 3;
    store->mark_parked(more.call, call::NotificationNumber(1), {"answered 404", 1});
    store->mark_parked(more.call, call::NotificationNumber(2), {"there is no such row", 1});
    store->mark_parked(rows[1].call, rows[1].number, {"it is parked already", 1});
    flush_through_failures(*store);
    EXPECT_EQ(store->metrics().parked, 4u);
  }
  auto store = open_store(directory.path(), writer);
  EXPECT_EQ(store->metrics().parked, 4u);
  failures = 2;
  EXPECT_TRUE(redeliver_and_wait(*store, first));
  EXPECT_EQ(store->metrics().parked, 3u);
}

TEST(Parked, sent_again_it_is_pending_with_its_number_and_message_id_through_a_restart) {
  const TemporaryDir directory;
  call::OutboxRow row;
  {
    auto store = open_store(directory.path());
    row = park_rows(*store, 2).back();
    const auto again = redeliver_and_wait(*store, row.message_id);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->call, row.call);
    EXPECT_EQ(again->number, row.number);
    EXPECT_TRUE(again->redelivered);
  }
  auto store = open_store(directory.path());
  const auto pending = store->load_pending();
  ASSERT_EQ(pending.size(), 1u);
  EXPECT_EQ(pending[0].number, row.number);
  EXPECT_EQ(pending[0].message_id, row.message_id);
  EXPECT_TRUE(pending[0].redelivered);
  EXPECT_EQ(load_and_wait(*store, row.call, 2)->body, "body 2");
  EXPECT_EQ(parked_in(*store).size(), 1u);
}

TEST(Parked, given_up_again_it_has_the_attempts_of_all_its_times) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto row = park_rows(*store, 1).front();
  ASSERT_TRUE(redeliver_and_wait(*store, row.message_id));
  store->mark_parked(row.call, row.number, {"answered 410", 1});
  flush(*store);
  const auto parked = parked_in(*store);
  ASSERT_EQ(parked.size(), 1u);
  EXPECT_EQ(parked[0].because.attempts, 3u);
  EXPECT_EQ(parked[0].because.why, "answered 410");
}

TEST(Parked, what_is_pending_delivered_or_unknown_is_not_sent_again) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto rows = park_rows(*store, 2);
  ASSERT_TRUE(redeliver_and_wait(*store, rows[0].message_id));
  EXPECT_EQ(redeliver_and_wait(*store, rows[0].message_id).error(), NotRedelivered::not_parked);
  store->mark_delivered(rows[0].call, rows[0].number);
  flush(*store);
  EXPECT_EQ(redeliver_and_wait(*store, rows[0].message_id).error(), NotRedelivered::unknown);
  EXPECT_EQ(redeliver_and_wait(*store, base::Guid::random()).error(), NotRedelivered::unknown);
}

TEST(Parked, beyond_the_most_the_oldest_go) {
  const TemporaryDir directory;
  {
    auto store = open_store(directory.path());
    park_rows(*store, 1500);
  }
  WriterOptions writer;
  writer.parked_max = 300;
  auto store = open_store(directory.path(), writer);
  flush(*store);  // takes a thousand
  flush(*store);  // and the rest
  EXPECT_EQ(store->metrics().parked, 300u);
  const auto parked = parked_in(*store, {.most = 1000});
  ASSERT_EQ(parked.size(), 300u);
  EXPECT_EQ(parked.front().number.value, 1201u);
}

}  // namespace
}  // namespace tonearm::storage
