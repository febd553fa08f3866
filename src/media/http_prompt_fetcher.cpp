#include "media/http_prompt_fetcher.hpp"

#include <string>
#include <utility>

#include "net/errc.hpp"

namespace tonearm::media {
namespace {

constexpr unsigned kRedirectsMax = 5;
constexpr int kOk = 200;
constexpr int kNotModified = 304;

PromptFetcher::Result file_of(net::HttpResponse response) {
  if (response.status != kOk && response.status != kNotModified)
    return std::unexpected("the server answered with status " + std::to_string(response.status));
  FetchedFile file;
  file.not_modified = response.status == kNotModified;
  file.etag = response.header("ETag");
  file.last_modified = response.header("Last-Modified");
  file.bytes = std::move(response.body);
  return file;
}

/// The class of the error only: a peer's own words do not belong into our answers. A refused address names
/// its kind.
std::string cause_of(const base::Error& error) {
  return error.code == net::NetErrc::address_refused ? error.message() : error.code.message();
}

}  // namespace

std::function<void()> HttpPromptFetcher::fetch(FetchRequest request, Done done) {
  net::HttpRequest get;
  get.url = std::move(request.url);
  get.timeout = request.timeout;
  get.response_max = request.size_max;
  get.redirects_max = kRedirectsMax;
  if (!request.etag.empty()) get.headers.push_back({"If-None-Match", std::move(request.etag)});
  if (!request.last_modified.empty())
    get.headers.push_back({"If-Modified-Since", std::move(request.last_modified)});
  const auto ticket = client_.send(
      std::move(get), [done = std::move(done)](base::Result<net::HttpResponse> response) mutable {
        if (response)
          done(file_of(std::move(*response)));
        else
          done(std::unexpected(cause_of(response.error())));
      });
  return [ticket] { ticket.cancel(); };
}

}  // namespace tonearm::media
