#include "app/prompt_downloads.hpp"

#include <utility>

namespace tonearm::app {
namespace {

constexpr unsigned kRedirectsMax = 5;

media::PromptFetcher::Result to_file(base::Result<net::HttpResponse> answer) {
  if (!answer) return std::unexpected(answer.error().message());
  media::FetchedFile file;
  file.etag = answer->header("etag");
  file.last_modified = answer->header("last-modified");
  if (answer->status == 304) {
    file.not_modified = true;
    return file;
  }
  if (answer->status != 200) {
    return std::unexpected("the server of the file answered " + std::to_string(answer->status));
  }
  file.bytes = std::move(answer->body);
  return file;
}

}  // namespace

std::function<void()> PromptDownloads::fetch(media::FetchRequest request, Done done) {
  net::HttpRequest get;
  get.url = std::move(request.url);
  get.timeout = request.timeout;
  get.response_max = request.size_max;
  get.redirects_max = kRedirectsMax;
  if (!request.etag.empty()) get.headers.push_back({"If-None-Match", std::move(request.etag)});
  if (!request.last_modified.empty()) {
    get.headers.push_back({"If-Modified-Since", std::move(request.last_modified)});
  }
  const net::HttpTicket ticket =
      client_.send(std::move(get), [done = std::move(done)](base::Result<net::HttpResponse> answer) mutable {
        done(to_file(std::move(answer)));
      });
  return [ticket] { ticket.cancel(); };
}

}  // namespace tonearm::app
