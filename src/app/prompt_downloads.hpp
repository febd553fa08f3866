#pragma once

#include "media/prompt_fetcher.hpp"
#include "net/http_client.hpp"

namespace tonearm::app {

/// Prompts over the HTTP client: conditional GETs whose redirects are followed.
/// Threading: thread-safe.
class PromptDownloads final : public media::PromptFetcher {
 public:
  explicit PromptDownloads(net::HttpClient& client) : client_(client) {}

  std::function<void()> fetch(media::FetchRequest request, Done done) override;

 private:
  net::HttpClient& client_;
};

}  // namespace tonearm::app
