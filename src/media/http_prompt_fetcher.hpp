#pragma once

#include "media/prompt_fetcher.hpp"
#include "net/http_client.hpp"

namespace tonearm::media {

/// Fetches prompts with the server's HTTP client, whose address policy decides where they may come from.
/// Threading: thread-safe. `done` is called on one of the client's threads.
class HttpPromptFetcher final : public PromptFetcher {
 public:
  /// `client` outlives this.
  explicit HttpPromptFetcher(net::HttpClient& client) : client_(client) {}

  std::function<void()> fetch(FetchRequest request, Done done) override;

 private:
  net::HttpClient& client_;
};

}  // namespace tonearm::media
