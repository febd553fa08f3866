#include "app/issuer_fetch.hpp"

#include <utility>

#include "auth/errc.hpp"

namespace tonearm::app {
namespace {

using namespace std::chrono_literals;

/// A request may be waiting for it.
constexpr auto kFetchLimit = 5s;
/// Entra's keys have 20 KB.
constexpr std::size_t kDocumentMax = std::size_t{512} << 10U;
constexpr unsigned kRedirectsMax = 3;

base::Result<std::string> body_of(base::Result<net::HttpResponse> response) {
  if (!response) return std::unexpected(response.error());
  if (response->status != 200)
    return base::fail(auth::AuthErrc::issuer_unusable, "it answered " + std::to_string(response->status));
  return std::move(response->body);
}

}  // namespace

auth::Fetch issuer_fetch(net::HttpClient& client) {
  return [&client](const std::string& url, auth::FetchDone done) {
    net::HttpRequest request;
    request.url = url;
    request.headers = {{"Accept", "application/json"}};
    request.timeout = kFetchLimit;
    request.response_max = kDocumentMax;
    request.redirects_max = kRedirectsMax;
    client.send(std::move(request),
                [done = std::move(done)](base::Result<net::HttpResponse> response) mutable {
                  done(body_of(std::move(response)));
                });
  };
}

}  // namespace tonearm::app
