#include <gtest/gtest.h>

#include "storage/test_support.hpp"

namespace tonearm::storage {
namespace {

using namespace std::chrono_literals;
using testing::commit_and_wait;
using testing::open_store;
using testing::some_call;
using testing::TemporaryDir;

/// Not long ago, so that nothing is cleaned up.
base::WallTime some_time(std::chrono::milliseconds since = 0ms) {
  static const auto start = std::chrono::floor<std::chrono::milliseconds>(base::WallClock::now()) - 10min;
  return start + since;
}

/// A call that lasted, with everything that a record has.
std::shared_ptr<call::CallSnapshot> ended_call(base::WallTime ended = some_time()) {
  auto call = some_call();
  call->direction = call::CallDirection::outgoing;
  call->state = call::CallState::terminated;
  call->end = call::CallEnd{call::CallEndReason::sip_refusal, 488, "no codec"};
  call->gone = true;
  call->record.created = ended - 90s;
  call->record.established = ended - 80s;
  call->record.ended = ended;
  call->record.codec = call::Codec::pcma;
  call->record.media = call::MediaStats{4'000, 3'990, 10, 1'500us, 7, 900us, 40'000us};
  return call;
}

std::error_code end(Store& store, call::SnapshotPtr call, std::uint64_t step = 2) {
  auto commit = testing::some_commit(std::move(call), step);
  commit.rows.call_over = true;
  return commit_and_wait(store, std::move(commit));
}

std::vector<call::EndedCall> records(Store& store, std::uint64_t after = 0, std::size_t most = 100) {
  std::promise<std::optional<std::vector<call::EndedCall>>> found;
  store.load_records(after, most, [&](auto records) { found.set_value(std::move(records)); });
  return found.get_future().get().value();
}

TEST(CallRecords, the_last_commit_of_a_call_leaves_a_record_with_every_field) {
  const TemporaryDir directory;
  const auto call = ended_call();
  {
    auto store = open_store(directory.path());
    ASSERT_FALSE(end(*store, call));
  }
  auto store = open_store(directory.path());
  const auto found = records(*store);
  ASSERT_EQ(found.size(), 1u);
  const call::CallSnapshot& kept = found[0].call;
  EXPECT_EQ(kept.id, call->id);
  EXPECT_EQ(kept.owner.application, call->owner.application);
  EXPECT_EQ(kept.owner.tenant, call->owner.tenant);
  EXPECT_EQ(kept.owner.name, call->owner.name);
  EXPECT_EQ(kept.chain_id, call->chain_id);
  EXPECT_EQ(kept.direction, call->direction);
  EXPECT_EQ(kept.source, call->source);
  EXPECT_EQ(kept.targets, call->targets);
  EXPECT_EQ(kept.end, call->end);
  EXPECT_EQ(kept.record.created, call->record.created);
  EXPECT_EQ(kept.record.established, call->record.established);
  EXPECT_EQ(kept.record.ended, call->record.ended);
  EXPECT_EQ(kept.record.codec, call->record.codec);
  EXPECT_EQ(kept.record.media, call->record.media);
}

TEST(CallRecords, a_call_that_was_never_up_has_no_media_in_its_record) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto call = ended_call();
  call->record.established.reset();
  call->record.codec.reset();
  call->record.media.reset();
  end(*store, call);
  const auto found = records(*store);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0].call.record.established);
  EXPECT_FALSE(found[0].call.record.codec);
  EXPECT_FALSE(found[0].call.record.media);
}

TEST(CallRecords, a_step_before_the_last_leaves_none_and_a_repeated_last_one_only_one) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  const auto call = ended_call();
  commit_and_wait(*store, testing::some_commit(call, 1));
  EXPECT_TRUE(records(*store).empty());
  end(*store, call, 2);
  end(*store, call, 3);
  EXPECT_EQ(records(*store).size(), 1u);
}

TEST(CallRecords, pages_follow_each_other_by_cursor) {
  const TemporaryDir directory;
  auto store = open_store(directory.path());
  std::vector<call::CallId> ended;
  for (int n = 0; n < 5; ++n) {
    const auto call = ended_call(some_time(1s * n));
    ended.push_back(call->id);
    end(*store, call);
  }
  std::vector<call::CallId> seen;
  std::uint64_t after = 0;
  for (auto page = records(*store, after, 2); !page.empty(); page = records(*store, after, 2)) {
    EXPECT_LE(page.size(), 2u);
    for (const auto& record : page) {
      EXPECT_GT(record.cursor, after);
      after = record.cursor;
      seen.push_back(record.call.id);
    }
  }
  EXPECT_EQ(seen, ended);
}

TEST(CallRecords, are_removed_after_their_time_and_their_cursors_are_not_used_again) {
  const TemporaryDir directory;
  std::uint64_t last = 0;
  {
    auto store = open_store(directory.path());
    end(*store, ended_call(base::WallClock::now() - 2h));
    last = records(*store).at(0).cursor;
  }
  WriterOptions options;
  options.keep_records = 1h;
  auto store = open_store(directory.path(), options);
  const auto fresh = ended_call(base::WallClock::now());
  end(*store, fresh);  // the first transaction of a start cleans up
  const auto found = records(*store);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].call.id, fresh->id);
  EXPECT_GT(found[0].cursor, last);
}

}  // namespace
}  // namespace tonearm::storage
