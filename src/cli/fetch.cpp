#include "cli/fetch.hpp"

#include <chrono>
#include <future>
#include <string>

#include "net/resolver.hpp"
#include "net/runtime.hpp"

namespace tonearm::cli {
namespace {

using namespace std::chrono_literals;

net::HttpRequest request_for(const AdminAccess& admin, std::string_view path) {
  net::HttpRequest request;
  request.url = admin.url.origin() + std::string(path);
  request.timeout = 30s;
  request.response_max = 16 * 1024 * 1024;
  if (!admin.token.empty()) request.headers.push_back({"Authorization", "Bearer " + admin.token.reveal()});
  return request;
}

}  // namespace

base::Result<net::HttpResponse> fetch(const AdminAccess& admin, std::string_view path) {
  net::HttpClientOptions options;
  options.policy.trust(admin.url);  // whoever runs this has named it
  if (admin.url.secure) {
    auto tls = net::make_client_tls("");
    if (!tls) return std::unexpected(tls.error());
    options.tls = *std::move(tls);
  }
  std::promise<base::Result<net::HttpResponse>> answered;
  net::Runtime runtime(1);
  net::Resolver resolver;
  net::HttpClient client(runtime, resolver, std::move(options));
  client.send(request_for(admin, path),
              [&answered](auto response) { answered.set_value(std::move(response)); });
  auto response = answered.get_future().get();
  runtime.stop();
  return response;
}

}  // namespace tonearm::cli
