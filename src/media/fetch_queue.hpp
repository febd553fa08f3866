#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "media/prompt_fetcher.hpp"

namespace tonearm::media {

/// Bounds how many files are fetched at once, in all and from one host. More wait their turn, one host after
/// the other, so that a slow source cannot take the place of all others; the time that they wait is taken off
/// their timeout. Threading: thread-safe.
class FetchQueue final : public PromptFetcher {
 public:
  struct Limits {
    std::size_t at_once = 256;
    std::size_t of_one_host = 128;
  };

  /// `fetcher` must outlive this.
  FetchQueue(PromptFetcher& fetcher, Limits limits);
  explicit FetchQueue(PromptFetcher& fetcher) : FetchQueue(fetcher, Limits()) {}
  ~FetchQueue() override;
  FetchQueue(const FetchQueue&) = delete;
  FetchQueue& operator=(const FetchQueue&) = delete;

  /// Who waits and is given up is not called.
  std::function<void()> fetch(FetchRequest request, Done done) override;

 private:
  struct State;
  const std::shared_ptr<State> state_;  // shared with what is under way: it may end after this
};

}  // namespace tonearm::media
