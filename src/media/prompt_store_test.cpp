#include "media/prompt_store.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/testing/fake_fetcher.hpp"
#include "media/testing/wav.hpp"

namespace tonearm::media {
namespace {

constexpr const char* kUrl = "http://prompts.example.com/hello.wav";

/// Collects results and waits for them.
class Results {
 public:
  PromptStore::Done done() {
    return [this](const PromptResult& result) {
      const std::lock_guard lock(mutex_);
      results_.push_back(result);
      changed_.notify_all();
    };
  }
  std::vector<PromptResult> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return results_.size() >= count; });
    return results_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<PromptResult> results_;
};

class PromptStoreTest : public ::testing::Test {
 protected:
  PromptStore& store(PromptStore::Options options = {}) {
    store_.emplace(fetcher_, options);
    return *store_;
  }
  static PromptKey key(std::string resource = {}, std::string application = "a") {
    return {.application = std::move(application), .url = kUrl, .resource_id = std::move(resource)};
  }
  PromptResult get(const PromptKey& key) {
    Results results;
    store_->request(key, results.done());
    return results.wait(1).at(0);
  }

  testing::FakeFetcher fetcher_;
  std::optional<PromptStore> store_;
};

TEST_F(PromptStoreTest, a_prompt_with_a_validator_is_asked_for_again_but_decoded_once) {
  fetcher_.serve(kUrl, testing::make_wav({}), "\"v1\"");
  store();
  const auto first = get(key());
  const auto second = get(key());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  ASSERT_EQ(fetcher_.requests().size(), 2U);
  EXPECT_EQ(fetcher_.requests()[1].etag, "\"v1\"");
  EXPECT_EQ(store_->metrics().validated, 1U);
  fetcher_.serve(kUrl, testing::make_wav({.seconds = 0.5}), "\"v2\"");
  EXPECT_NE(*get(key()), *first);
}

TEST_F(PromptStoreTest, what_was_kept_goes_when_the_file_has_no_validator_any_more) {
  fetcher_.serve(kUrl, testing::make_wav({}), "\"v1\"");
  store();
  ASSERT_TRUE(get(key()));
  EXPECT_GT(store_->metrics().cached_bytes, 0U);
  fetcher_.serve(kUrl, testing::make_wav({.seconds = 0.5}));
  ASSERT_TRUE(get(key()));
  EXPECT_EQ(store_->metrics().cached_bytes, 0U);
  ASSERT_TRUE(get(key()));
  EXPECT_EQ(fetcher_.requests()[2].etag, "");
}

TEST_F(PromptStoreTest, a_resource_id_is_answered_without_asking_within_its_application) {
  fetcher_.serve(kUrl, testing::make_wav({}));
  store();
  ASSERT_TRUE(get(key("r")));
  ASSERT_TRUE(get(key("r")));
  EXPECT_EQ(fetcher_.requests().size(), 1U);
  ASSERT_TRUE(get(key("r", "other")));
  ASSERT_TRUE(get(key("r2")));
  EXPECT_EQ(fetcher_.requests().size(), 3U);
}

TEST_F(PromptStoreTest, many_who_ask_at_once_cause_one_download) {
  fetcher_.serve(kUrl, testing::make_wav({}));
  fetcher_.hold(kUrl);
  store();
  Results results;
  for (int i = 0; i < 10; ++i) store_->request(key(), results.done());
  EXPECT_EQ(fetcher_.requests().size(), 1U);
  fetcher_.release(kUrl);
  const auto all = results.wait(10);
  ASSERT_EQ(all.size(), 10U);
  for (const auto& result : all) EXPECT_EQ(*result, *all[0]);
}

TEST_F(PromptStoreTest, a_download_is_given_up_when_the_last_waiter_leaves) {
  fetcher_.hold(kUrl);
  store();
  Results results;
  const auto one = store_->request(key(), results.done());
  const auto two = store_->request(key(), results.done());
  store_->forget(one);
  EXPECT_EQ(fetcher_.given_up(), 0);
  store_->forget(two);
  EXPECT_EQ(fetcher_.given_up(), 1);
  store_->forget(two);
  fetcher_.serve(kUrl, testing::make_wav({}));
  fetcher_.release(kUrl);
  EXPECT_TRUE(get(key()));
  EXPECT_EQ(results.wait(0).size(), 0U);
}

TEST_F(PromptStoreTest, failures_are_told_apart_and_not_kept) {
  store();
  auto result = get(key("r"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, PromptFailure::Kind::download);
  EXPECT_EQ(result.error().cause, "status 404");
  fetcher_.serve(kUrl, "not audio");
  result = get(key("r"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, PromptFailure::Kind::format);
  fetcher_.serve(kUrl, testing::make_wav({}));
  EXPECT_TRUE(get(key("r")));
  EXPECT_EQ(store_->metrics().failures, 2U);
}

TEST_F(PromptStoreTest, the_cache_stays_within_its_size_and_drops_the_oldest_use) {
  fetcher_.serve(kUrl, testing::make_wav({.seconds = 1.0}));  // 16 000 bytes for both codecs
  store({.cache_size = 40'000});
  for (const char* name : {"r1", "r2", "r1", "r3"}) ASSERT_TRUE(get(key(name)));
  EXPECT_LE(store_->metrics().cached_bytes, 40'000U);
  const auto before = fetcher_.requests().size();
  ASSERT_TRUE(get(key("r1")));
  ASSERT_TRUE(get(key("r3")));
  EXPECT_EQ(fetcher_.requests().size(), before);
  ASSERT_TRUE(get(key("r2")));
  EXPECT_EQ(fetcher_.requests().size(), before + 1);
}

TEST_F(PromptStoreTest, a_prompt_larger_than_the_cache_plays_but_is_not_kept) {
  fetcher_.serve(kUrl, testing::make_wav({.seconds = 1.0}));
  store({.cache_size = 15'999});
  ASSERT_TRUE(get(key("r")));
  EXPECT_EQ(store_->metrics().cached_bytes, 0U);
}

TEST_F(PromptStoreTest, prompts_in_use_are_bounded) {
  fetcher_.serve(kUrl, testing::make_wav({.seconds = 1.0}));
  store({.cache_size = 0, .pinned_max = 20'000});
  std::vector<PromptResult> held;
  held.push_back(get(key()));
  held.push_back(get(key()));
  const auto refused = get(key());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, PromptFailure::Kind::download);
  held.clear();
  EXPECT_EQ(store_->metrics().live_bytes, 0U);
  EXPECT_TRUE(get(key()));
}

TEST_F(PromptStoreTest, a_file_larger_than_allowed_is_refused) {
  const std::string wav = testing::make_wav({});
  fetcher_.serve(kUrl, wav);
  store({.size_max = wav.size()});
  EXPECT_TRUE(get(key()));
  store({.size_max = wav.size() - 1});
  EXPECT_FALSE(get(key()));
}

TEST_F(PromptStoreTest, waiters_hear_of_the_end) {
  fetcher_.hold(kUrl);
  store();
  Results results;
  store_->request(key(), results.done());
  store_.reset();
  EXPECT_EQ(results.wait(1).size(), 1U);
}

}  // namespace
}  // namespace tonearm::media
