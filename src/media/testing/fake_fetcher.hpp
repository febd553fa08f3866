#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "media/prompt_fetcher.hpp"

namespace tonearm::media::testing {

/// Serves files out of memory. A held URL answers when it is released. Threading: thread-safe.
class FakeFetcher final : public PromptFetcher {
 public:
  void serve(const std::string& url, std::string bytes, std::string etag = {}) {
    const std::lock_guard lock(mutex_);
    files_[url] = {
        .not_modified = false, .bytes = std::move(bytes), .etag = std::move(etag), .last_modified = {}};
  }
  void hold(const std::string& url) {
    const std::lock_guard lock(mutex_);
    held_[url];
  }
  void release(const std::string& url) {
    std::vector<std::pair<FetchRequest, Done>> waiting;
    {
      const std::lock_guard lock(mutex_);
      waiting = std::move(held_[url]);
      held_.erase(url);
    }
    for (auto& [request, done] : waiting) done(answer(request));
  }

  std::function<void()> fetch(FetchRequest request, Done done) override {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      if (const auto held = held_.find(request.url); held != held_.end()) {
        held->second.emplace_back(request, std::move(done));
        return [this] {
          const std::lock_guard guard(mutex_);
          ++given_up_;
        };
      }
    }
    done(answer(request));
    return [] {};
  }

  [[nodiscard]] std::vector<FetchRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] int given_up() const {
    const std::lock_guard lock(mutex_);
    return given_up_;
  }

 private:
  Result answer(const FetchRequest& request) {
    const std::lock_guard lock(mutex_);
    const auto file = files_.find(request.url);
    if (file == files_.end()) return std::unexpected("status 404");
    if (!request.etag.empty() && request.etag == file->second.etag)
      return FetchedFile{.not_modified = true, .bytes = {}, .etag = request.etag, .last_modified = {}};
    return file->second;
  }

  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, FetchedFile> files_;
  std::map<std::string, std::vector<std::pair<FetchRequest, Done>>> held_;
  std::vector<FetchRequest> requests_;
  int given_up_ = 0;
};

}  // namespace tonearm::media::testing
