#pragma once

#include "auth/external_issuer.hpp"
#include "net/http_client.hpp"

namespace tonearm::app {

/// How the documents of external issuers are fetched: over verified TLS, within seconds, a bounded size.
/// `client` outlives what it returns.
[[nodiscard]] auth::Fetch issuer_fetch(net::HttpClient& client);

}  // namespace tonearm::app
