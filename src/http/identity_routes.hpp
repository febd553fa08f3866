#pragma once

#include <optional>
#include <string>

#include "auth/notification_signer.hpp"
#include "auth/token_issuer.hpp"
#include "http/message.hpp"
#include "http/own_addresses.hpp"

namespace tonearm::http {

/// The token service and its discovery documents (design §4), and the keys by which bots check notifications.
/// Paths in any case. Threading: thread-safe.
class IdentityRoutes {
 public:
  IdentityRoutes(auth::TokenIssuer& tokens, const auth::NotificationSigner& signer,
                 const OwnAddresses& addresses)
      : tokens_(tokens), signer_(signer), addresses_(addresses) {}

  /// None if the path is none of ours. Signing a token takes about 1 ms of the calling thread.
  [[nodiscard]] std::optional<Response> handle(const Request& request) const;

 private:
  [[nodiscard]] Response token(const Request& request, const std::string& tenant, bool v1) const;
  [[nodiscard]] Response configuration(const Request& request, const std::string& tenant, bool v1) const;

  auth::TokenIssuer& tokens_;
  const auth::NotificationSigner& signer_;
  const OwnAddresses& addresses_;
};

}  // namespace tonearm::http
