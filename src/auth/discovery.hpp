#pragma once

#include <string>
#include <string_view>

// The documents by which client libraries find their way around the token service. All JSON.
// `base_url` is `https://host[:port]` without a slash at its end.

namespace tonearm::auth {

/// `/{tenant}/v2.0/.well-known/openid-configuration`, and with `v1`
/// `/{tenant}/.well-known/openid-configuration`. `tenant` as in the path; for `common` the issuer has Entra's
/// placeholder.
[[nodiscard]] std::string openid_configuration(const std::string& base_url, const std::string& tenant,
                                               bool v1);

/// `/common/discovery/instance`: which hosts are one and the same authority. `query` is the request's; the
/// tenant in its `authorization_endpoint` says whose discovery document to name.
[[nodiscard]] std::string instance_discovery(const std::string& base_url, std::string_view query);

/// `/v1/.well-known/OpenIdConfiguration`: where the keys of notifications are.
[[nodiscard]] std::string notification_configuration(const std::string& base_url, const std::string& issuer);

}  // namespace tonearm::auth
