#include <gtest/gtest.h>

#include "storage/test_support.hpp"

namespace tonearm::storage {
namespace {

using namespace std::chrono_literals;
using testing::commit_and_wait;
using testing::open_store;
using testing::some_call;
using testing::TemporaryDir;

const base::WallTime kLongAgo{};

call::KeptAnswer some_answer(const std::string& key, std::chrono::seconds age = 0s) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(base::WallClock::now());
  return {auth::sha256(key),          auth::sha256("request " + key), 201,
          "https://localhost/" + key, "{\"id\":\"" + key + "\"}",     now - age};
}

call::Commit keeping(call::KeptAnswer answer, call::SnapshotPtr call = some_call()) {
  call::Commit commit = testing::some_commit(std::move(call), 1);
  commit.answer = std::move(answer);
  return commit;
}

TEST(AnswerTable, an_answer_is_there_after_a_restart_as_it_was) {
  const TemporaryDir directory;
  const call::KeptAnswer kept = some_answer("one");
  ASSERT_FALSE(commit_and_wait(*open_store(directory.path()), keeping(kept)));
  const auto found = open_store(directory.path())->load_answers(kLongAgo, 10);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].key, kept.key);
  EXPECT_EQ(found[0].request, kept.request);
  EXPECT_EQ(found[0].status, 201);
  EXPECT_EQ(found[0].location, kept.location);
  EXPECT_EQ(found[0].body, kept.body);
  EXPECT_EQ(found[0].at, kept.at);
}

TEST(AnswerTable, the_newest_come_and_the_oldest_of_them_first) {
  const TemporaryDir directory;
  const auto store = open_store(directory.path());
  for (const auto& [key, age] : {std::pair("two", 20s), std::pair("one", 10s), std::pair("three", 30s)})
    ASSERT_FALSE(commit_and_wait(*store, keeping(some_answer(key, age))));
  const auto found = store->load_answers(base::WallClock::now() - 25s, 10);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].key, auth::sha256("two"));
  EXPECT_EQ(found[1].key, auth::sha256("one"));
  const auto newest = store->load_answers(kLongAgo, 1);
  ASSERT_EQ(newest.size(), 1u);
  EXPECT_EQ(newest[0].key, auth::sha256("one"));
}

TEST(AnswerTable, an_answer_that_was_taken_back_is_gone_and_that_of_the_next_request_is_not) {
  const TemporaryDir directory;
  const auto store = open_store(directory.path());
  const auto failed = some_call();
  ASSERT_FALSE(commit_and_wait(*store, keeping(some_answer("one"), failed)));
  call::KeptAnswer second = some_answer("one");
  second.body = "{}";
  ASSERT_FALSE(commit_and_wait(*store, keeping(second)));
  call::Commit ending = testing::some_commit(failed, 2);
  ending.withdrawn = second.key;
  ASSERT_FALSE(commit_and_wait(*store, ending));
  const auto found = store->load_answers(kLongAgo, 10);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].body, "{}");

  const auto another = some_call();
  ASSERT_FALSE(commit_and_wait(*store, keeping(some_answer("two"), another)));
  call::Commit end = testing::some_commit(another, 2);
  end.withdrawn = auth::sha256("two");
  ASSERT_FALSE(commit_and_wait(*store, end));
  EXPECT_EQ(store->load_answers(kLongAgo, 10).size(), 1u);
}

TEST(AnswerTable, what_is_older_than_the_window_goes_from_the_disk) {
  const TemporaryDir directory;
  WriterOptions options;
  options.keep_answers = 60s;
  {
    const auto store = open_store(directory.path(), options);
    ASSERT_FALSE(commit_and_wait(*store, keeping(some_answer("old", 61s))));
    ASSERT_FALSE(commit_and_wait(*store, keeping(some_answer("new", 50s))));
  }
  const auto store = open_store(directory.path(), options);
  ASSERT_FALSE(commit_and_wait(*store, keeping(some_answer("newest"))));  // the first commit cleans up
  const auto found = store->load_answers(kLongAgo, 10);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].key, auth::sha256("new"));
}

}  // namespace
}  // namespace tonearm::storage
