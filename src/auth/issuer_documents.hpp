#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/public_key.hpp"
#include "base/result.hpp"

namespace tonearm::auth {

/// What an issuer says of itself (OpenID Connect Discovery 1.0 §3).
struct DiscoveryDocument {
  std::string issuer;
  std::string jwks_uri;
};

/// Errors: `issuer_unusable`, with the member that is missing.
[[nodiscard]] base::Result<DiscoveryDocument> parse_discovery(std::string_view text);

/// The RSA keys for signatures in a JWKS (RFC 7517 §5), at most 100; what else lies there is passed over.
/// Errors: `issuer_unusable` if there are none.
[[nodiscard]] base::Result<std::vector<PublicKey>> parse_key_set(std::string_view text);

/// The `iss` that an issuer writes into tokens, by the address that it was configured with: that address,
/// with or without a slash at its end. Two of Entra's ways are known: `common` and `organizations` stand for
/// the tenant of each token, and tokens of its first version carry `https://sts.windows.net/{tenant}/`.
/// Threading: a value.
class IssuerName {
 public:
  explicit IssuerName(std::string_view url);

  /// Is `iss` right for a token of this tenant? If the address names a tenant, it is for that one only.
  [[nodiscard]] bool accepts(std::string_view iss, std::string_view tenant) const;
  /// Is this how the issuer writes its own name in its discovery document?
  [[nodiscard]] bool is(std::string_view document_issuer) const;

 private:
  std::string name_;    // without a slash at its end; `{tenantid}` stands for the tenant
  std::string tenant_;  // the one that it is for; empty: any
};

}  // namespace tonearm::auth
