#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <string>

namespace tonearm::media {

struct FetchRequest {
  std::string url;
  std::string etag;           ///< Of the copy that we have; for If-None-Match. Empty: none.
  std::string last_modified;  ///< Likewise, for If-Modified-Since.
  std::size_t size_max = 0;   ///< [bytes]
  std::chrono::milliseconds timeout{0};
};

struct FetchedFile {
  bool not_modified = false;  ///< 304: what we have is good.
  std::string bytes;
  std::string etag;
  std::string last_modified;
};

/// Gets files over http and https for the prompt store. Threading: thread-safe.
class PromptFetcher {
 public:
  /// The error says the class of what went wrong, for people.
  using Result = std::expected<FetchedFile, std::string>;
  using Done = std::move_only_function<void(Result)>;

  virtual ~PromptFetcher() = default;
  /// `done` is called once, on any thread, perhaps before this returns. What is returned gives up the wait:
  /// `done` may then be called with an error, or not at all.
  virtual std::function<void()> fetch(FetchRequest request, Done done) = 0;
};

}  // namespace tonearm::media
