#include "notify/net_poster.hpp"

#include <utility>

#include "notify/notification_request.hpp"

namespace tonearm::notify {
namespace {

net::HttpClientOptions options_of(net::AddressPolicy policy, std::shared_ptr<net::TlsContext> tls) {
  net::HttpClientOptions options;
  options.policy = std::move(policy);
  options.tls = std::move(tls);
  options.user_agent = kUserAgent;
  return options;
}

}  // namespace

NetPoster::NetPoster(net::Runtime& runtime, net::Resolver& resolver, net::AddressPolicy policy,
                     std::shared_ptr<net::TlsContext> tls)
    : client_(runtime, resolver, options_of(std::move(policy), std::move(tls))) {}

void NetPoster::post(PostRequest request, Handler handler) {
  net::HttpRequest http;
  http.method = "POST";
  http.url = std::move(request.url);
  http.body = std::move(request.body);
  http.timeout = request.timeout;
  http.redirects_max = request.redirects_max;
  http.head_only =
      true;  // of what a bot answers only the status counts, and frameworks send long error pages
  for (auto& [name, value] : request.headers) http.headers.push_back({std::move(name), std::move(value)});
  client_.send(std::move(http), [handler = std::move(handler)](base::Result<net::HttpResponse> response) {
    if (!response) return handler(std::unexpected(std::move(response.error())));
    handler(PostAnswer{response->status, std::string(response->header("Retry-After"))});
  });
}

}  // namespace tonearm::notify
