#include "storage/recording_table.hpp"

#include <gtest/gtest.h>

#include "auth/sha256.hpp"
#include "storage/schema.hpp"
#include "storage/test_support.hpp"

namespace tonearm::storage {
namespace {

using namespace testing;
using namespace std::chrono_literals;

WriterOptions keeping(std::chrono::milliseconds keep, std::chrono::milliseconds undelivered = 72h) {
  WriterOptions options;
  options.recordings = {keep, undelivered};
  return options;
}

call::OperationView offered_record(std::uint64_t notice = 1) {
  call::OperationView record;
  record.id = call::OperationId(base::Guid::random());
  record.kind = call::OperationKind::record;
  record.status = call::OperationStatus::completed;
  record.ending = call::OperationEnding{call::EndReason::record_stop_tone, {}};
  record.media_duration = 1500ms;
  record.recording = call::RecordingAccess{"https://calls.example.com/tonearm/recordings/1", "the-token"};
  record.notice = call::NotificationNumber(notice);
  return record;
}

call::Commit ending(const call::SnapshotPtr& call, const call::OperationView& record,
                    std::uint64_t notification = 1) {
  auto commit = some_commit(call, 1, notification);
  commit.rows.operations = {record};
  return commit;
}

call::Commit call_end(const call::SnapshotPtr& call, std::uint64_t notification = 2) {
  auto commit = some_commit(call, 2, notification);
  commit.rows.call_over = true;
  return commit;
}

std::optional<call::OfferedRecording> find(Store& store, call::OperationId operation) {
  std::promise<std::optional<call::OfferedRecording>> found;
  store.find_recording(operation, [&](auto recording) { found.set_value(std::move(recording)); });
  return found.get_future().get();
}

std::vector<call::OperationId> forget(Store& store, base::WallTime now) {
  std::promise<std::vector<call::OperationId>> gone;
  store.forget_recordings(now, [&](auto operations) { gone.set_value(std::move(operations)); });
  return gone.get_future().get();
}

TEST(RecordingTable, a_row_comes_with_the_ending_that_offers_it_and_has_only_the_hash_of_its_token) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto call = some_call();
  const auto record = offered_record();
  const auto before = base::WallClock::now();
  ASSERT_FALSE(commit_and_wait(*store, ending(call, record)));
  const auto found = find(*store, record.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->operation, record.id);
  EXPECT_EQ(found->call, call->id);
  EXPECT_EQ(found->application, call->owner.application);
  EXPECT_EQ(found->token_hash, auth::sha256("the-token"));
  EXPECT_EQ(found->captured, 1500ms);
  EXPECT_GE(found->created, before);
  EXPECT_EQ(found->expires, found->created + 72h);
  Database database(directory.database(), Database::Mode::read_only);
  EXPECT_EQ(database.number("SELECT count(*) FROM operations WHERE recording_location LIKE '%the-token%'"),
            0);
  EXPECT_EQ(database.number("SELECT count(*) FROM recordings WHERE instr(token_sha256, 'the-token')"), 0);
}

TEST(RecordingTable, a_record_that_has_not_ended_or_offers_nothing_has_no_row) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  auto running = offered_record();
  running.ending.reset();
  auto failed = offered_record();
  failed.recording.reset();
  for (const auto& record : {running, failed}) {
    commit_and_wait(*store, ending(some_call(), record));
    EXPECT_FALSE(find(*store, record.id));
  }
  EXPECT_FALSE(find(*store, call::OperationId(base::Guid::random())));
}

TEST(RecordingTable, is_kept_for_its_time_after_both_the_calls_end_and_the_delivery) {
  for (const bool delivered_first : {true, false}) {
    for (const bool parked : {true, false}) {
      const TemporaryDir directory;
      auto store = open_store(directory.path(), keeping(10min));
      const auto call = some_call();
      const auto record = offered_record();
      commit_and_wait(*store, ending(call, record));
      const auto settle = [&] {
        if (parked) {
          store->mark_parked(call->id, call::NotificationNumber(1), {"410", 1});
        } else {
          store->mark_delivered(call->id, call::NotificationNumber(1));
        }
        flush(*store);
      };
      if (delivered_first) settle();
      if (!delivered_first) commit_and_wait(*store, call_end(call));
      EXPECT_EQ(find(*store, record.id)->expires, find(*store, record.id)->created + 72h);
      const auto before = base::WallClock::now();
      if (!delivered_first) settle();
      if (delivered_first) commit_and_wait(*store, call_end(call));
      const auto expires = find(*store, record.id)->expires;
      EXPECT_GE(expires, before + 10min);
      EXPECT_LE(expires, base::WallClock::now() + 10min);
    }
  }
}

TEST(RecordingTable, is_never_kept_longer_than_undelivered_ones_are) {
  const TemporaryDir directory;
  auto store = open_store(directory.path(), keeping(10min, 1min));
  const auto call = some_call();
  const auto record = offered_record();
  commit_and_wait(*store, ending(call, record));
  store->mark_delivered(call->id, call::NotificationNumber(1));
  commit_and_wait(*store, call_end(call));
  EXPECT_EQ(find(*store, record.id)->expires, find(*store, record.id)->created + 1min);
}

TEST(RecordingTable, the_delivery_of_another_notification_counts_for_nothing) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto call = some_call();
  const auto record = offered_record(2);
  commit_and_wait(*store, ending(call, record, 2));
  store->mark_delivered(call->id, call::NotificationNumber(1));
  store->mark_delivered(new_call_id(), call::NotificationNumber(2));
  commit_and_wait(*store, call_end(call, 3));
  EXPECT_EQ(find(*store, record.id)->expires, find(*store, record.id)->created + 72h);
}

TEST(RecordingTable, of_a_call_that_notifies_nobody_is_kept_from_the_calls_end) {
  const TemporaryDir directory;
  auto store = open_store(directory.path(), keeping(10min));
  const auto call = some_call();
  const auto record = offered_record(0);
  commit_and_wait(*store, ending(call, record, 0));
  commit_and_wait(*store, call_end(call, 0));
  EXPECT_LE(find(*store, record.id)->expires, base::WallClock::now() + 10min);
}

TEST(RecordingTable, its_row_outlives_those_of_its_call_and_a_restart) {
  const TemporaryDir directory;
  const auto call = some_call();
  const auto record = offered_record();
  {
    auto store = open_store(directory.path());
    commit_and_wait(*store, ending(call, record));
    commit_and_wait(*store, call_end(call));
    store->mark_delivered(call->id, call::NotificationNumber(1));
    store->mark_delivered(call->id, call::NotificationNumber(2));
    flush(*store);
    Database database(directory.database(), Database::Mode::read_only);
    EXPECT_EQ(database.number("SELECT count(*) FROM calls"), 0);
  }
  auto store = open_store(directory.path());
  const auto found = find(*store, record.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->token_hash, auth::sha256("the-token"));
  EXPECT_EQ(store->recordings(), std::vector{record.id});
}

TEST(RecordingTable, what_has_expired_is_forgotten_and_named_once) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto record = offered_record();
  commit_and_wait(*store, ending(some_call(), record));
  const auto expires = find(*store, record.id)->expires;
  EXPECT_TRUE(forget(*store, expires - 1ms).empty());
  EXPECT_EQ(forget(*store, expires), std::vector{record.id});
  EXPECT_TRUE(forget(*store, expires).empty());
  EXPECT_FALSE(find(*store, record.id));
}

TEST(RecordingTable, comes_into_a_database_that_had_none) {
  const TemporaryDir directory;
  open_store(directory.path()).reset();
  {
    Database database(directory.database(), Database::Mode::read_write);
    database.require("DROP TABLE recordings");
    database.require("DROP TABLE dialogs");
    database.require("ALTER TABLE calls ADD COLUMN dialog TEXT NOT NULL DEFAULT ''");
    database.require("DROP TABLE answers");
    database.require("DROP INDEX outbox_parked_message");
    database.require("ALTER TABLE outbox DROP COLUMN attempts");
    database.require("ALTER TABLE outbox DROP COLUMN redelivered_ns");
    database.require("PRAGMA user_version = 2");
  }
  auto store = open_store(directory.path());
  const auto record = offered_record();
  EXPECT_FALSE(commit_and_wait(*store, ending(some_call(), record)));
  EXPECT_TRUE(find(*store, record.id));
  Database database(directory.database(), Database::Mode::read_only);
  EXPECT_EQ(database.number("PRAGMA user_version"), newest_schema());
}

}  // namespace
}  // namespace tonearm::storage
