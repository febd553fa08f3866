#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace tonearm::notify {

struct PostRequest {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{
      10'000};                 ///< From the first byte of the lookup to the last of the answer.
  unsigned redirects_max = 5;  ///< Followed with method, headers and body kept.
};

struct PostAnswer {
  int status = 0;           ///< Of the last hop.
  std::string retry_after;  ///< As sent; empty = none.
};

/// How notifications reach a bot. Threading: thread-safe.
class HttpPoster {
 public:
  using Handler = std::function<void(base::Result<PostAnswer>)>;

  virtual ~HttpPoster() = default;
  /// `handler` is called once, on any thread, unless the process stops first. Errors are `net::NetErrc`.
  virtual void post(PostRequest request, Handler handler) = 0;
};

}  // namespace tonearm::notify
