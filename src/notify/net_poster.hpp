#pragma once

#include <memory>

#include "net/http_client.hpp"
#include "notify/http_poster.hpp"

namespace tonearm::notify {

/// Posts with the server's own HTTP client. It has a client of its own: notifications have their own address
/// policy, roots and `User-Agent`. Threading: thread-safe. Must not outlive the runtime and the resolver.
class NetPoster final : public HttpPoster {
 public:
  NetPoster(net::Runtime& runtime, net::Resolver& resolver, net::AddressPolicy policy,
            std::shared_ptr<net::TlsContext> tls);

  void post(PostRequest request, Handler handler) override;
  /// After the configuration was loaded again.
  void set_policy(net::AddressPolicy policy) { client_.set_policy(std::move(policy)); }

 private:
  net::HttpClient client_;
};

}  // namespace tonearm::notify
