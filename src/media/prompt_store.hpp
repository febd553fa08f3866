#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "media/playlist.hpp"
#include "media/prompt_cache.hpp"
#include "media/prompt_fetcher.hpp"

namespace tonearm::media {

struct PromptKey {
  std::string application;  ///< Scopes `resource_id`.
  std::string url;
  std::string resource_id;  ///< Empty: the file is asked for again each time (with its validator).
};

using PromptResult = std::expected<PromptPtr, PromptFailure>;

struct PromptMetrics {
  std::uint64_t fetches = 0;
  std::uint64_t hits = 0;       ///< Answered without asking, by `resource_id`.
  std::uint64_t validated = 0;  ///< 304
  std::uint64_t failures = 0;
  std::uint64_t cached_bytes = 0;
  std::uint64_t live_bytes = 0;  ///< Cached or playing.
};

/// Turns URLs into encoded prompts: fetched once however many ask at the same time, decoded and encoded once
/// by worker threads, kept in a bounded cache. Threading: thread-safe. Results come on any thread, also on
/// the caller's before `request` returns.
class PromptStore {
 public:
  struct Options {
    std::size_t cache_size = std::size_t{1} << 30;  ///< [bytes] of encoded audio
    std::size_t pinned_max = std::size_t{1}
                             << 30;  ///< [bytes] of prompts in use beyond the cache; more: refused
    std::size_t size_max = std::size_t{50} << 20;  ///< [bytes] of a file
    std::chrono::milliseconds timeout{10'000};     ///< of a download
    unsigned workers = 1;
  };
  using Done = std::function<void(const PromptResult&)>;
  using WaiterId = std::uint64_t;

  PromptStore(PromptFetcher& fetcher, Options options);
  /// Waiters still there are told that it was cancelled.
  ~PromptStore();
  PromptStore(const PromptStore&) = delete;
  PromptStore& operator=(const PromptStore&) = delete;

  /// Answers a name for `forget`.
  WaiterId request(const PromptKey& key, Done done);
  /// The waiter may still be called if its result is on the way. A download that nobody waits for is given
  /// up.
  void forget(WaiterId waiter);

  [[nodiscard]] PromptMetrics metrics() const;

 private:
  struct Waiter {
    WaiterId id = 0;
    std::string cache_key;  // by resource id; empty: none
    Done done;
  };
  struct Job {
    std::string url;
    std::optional<PromptCache::Entry> known;  // what the validator belongs to
    std::vector<Waiter> waiters;
    std::function<void()> give_up;
  };
  using JobPtr = std::shared_ptr<Job>;
  struct Decoding {
    JobPtr job;
    PromptFetcher::Result file;
  };

  void start(const JobPtr& job);
  void on_fetched(const JobPtr& job, PromptFetcher::Result file);
  void work();
  PromptResult make_prompt(const Job& job, PromptFetcher::Result& file);
  PromptResult decode(const std::string& bytes);
  void finish(const JobPtr& job, const PromptResult& result, const PromptFetcher::Result& file);

  PromptFetcher& fetcher_;
  const Options options_;
  const std::shared_ptr<std::atomic<std::size_t>> live_bytes_;

  mutable std::mutex mutex_;  // guards all below
  PromptCache cache_;
  PromptMetrics metrics_;
  std::unordered_map<std::string, JobPtr> jobs_;  // by URL
  WaiterId last_waiter_ = 0;
  std::deque<Decoding> decodings_;
  std::condition_variable decodings_changed_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace tonearm::media
